"""The table at the top of stacks/plan/records/cases.py, row by row."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from components.marks import cloudflare_ddns, external_dns, ownership
from components.marks.external_dns import Affix, Labels
from components.marks.writer import Writer
from components.records.record import Record
from stacks.model.values import LiveRecord, RegisteredRecord
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.cases import ADOPTED, Case, Wanted, judge
from stacks.plan.records.record_sets import import_ids
from stacks.settings.stack import Settings, parse
from tests.stacks.plan.worlds import ZONE, make_observation, make_settings, registered

WISH, OTHER = "203.0.113.7", "198.51.100.80"
ADOPT = ("never", "owned", "same-content", "all")
PLACES = pytest.mark.parametrize("place", ["www", "@", "*"])
KEY = "0123456789abcdef0123456789abcdef"


def full(place: str) -> str:
    return ZONE if place == "@" else f"{place}.{ZONE}"


def at(place: str, content: str = OTHER, record_type: str = "A", comment: str = "", number: int = 0) -> LiveRecord:
    record = Record(full(place), record_type, content, 1, proxied=False, comment=comment)
    return LiveRecord(f"{record_type}{number}", record)


def text(name: str, content: str, identity: str = "mark") -> LiveRecord:
    return LiveRecord(identity, Record(name, "TXT", content, 1, proxied=False, comment=""))


def mark(place: str, owner: str = "home", record_type: str = "A") -> LiveRecord:
    content = ownership.encode(ownership.Mark("truenorth", owner, f"settings/names/{place}"))
    return text(ownership.mark_name(full(place), record_type), content)


def state(*records: LiveRecord) -> list[RegisteredRecord]:
    """State holds these, marks as the marks of the set beside them."""
    hosts = [one.record.name for one in records if one.record.type != "TXT"]
    name = hosts[0] if hosts else ownership.marked(records[0].record.name, ("A",))[0].name
    names = {"TXT": f"{name}/A/mark"}
    return [registered(names.get(one.record.type, f"{name}/{one.record.type}"), one.record, one.id) for one in records]


@dataclass(frozen=True)
class Seen:
    """What a plan does. imported: ids; told: of each conflict, who holds it and what follows."""

    declared: tuple[str, ...]
    imported: frozenset[str]
    told: tuple[str, ...]
    done: tuple[str, ...]


def seen(
    settings: Settings,
    live: Sequence[LiveRecord],
    owned: Iterable[RegisteredRecord] = (),
    takeover: Takeover | None = None,
) -> Seen:
    observation = make_observation(live=live, owned=owned)
    plan = make_plan(settings, observation, takeover)
    return Seen(
        tuple(f"{one.type} {slot.target}" for one in plan.record_sets for slot in one.slots),
        frozenset(one for each in plan.record_sets for one in import_ids(each).values()),
        tuple(f"{one.held_by}: {one.reason}" for one in plan.conflicts),
        tuple(sorted(change.action.value for change in changes(plan, observation))),
    )


NOTHING = "nothing was declared"
LEFT = f"not ours, left alone; {NOTHING}"


def conflict(said: str) -> tuple[str, ...]:
    return (f"A {said}: {LEFT}",)


@PLACES
class TestWhatIsOurs:
    def test_nothing_stands_there_and_it_is_made_and_marked(self, place: str) -> None:
        assert seen(make_settings(place), []) == Seen((f"A {WISH}",), frozenset(), (), ("create", "create"))

    def test_what_state_says_is_ours_is_kept_right(self, place: str) -> None:
        live = [at(place, OTHER), mark(place)]
        assert seen(make_settings(place), live, state(*live)).done == ("update",)

    def test_ours_with_its_mark_gone_is_marked_again(self, place: str) -> None:
        live = [at(place, WISH), mark(place)]
        assert seen(make_settings(place), live[:1], state(*live)).done == ("restore",)

    def test_ours_that_never_had_a_mark_is_marked(self, place: str) -> None:
        live = [at(place, WISH)]
        assert seen(make_settings(place), live, state(*live)).done == ("create",)

    def test_our_mark_without_its_record_gets_it_where_it_is_wanted(self, place: str) -> None:
        assert seen(make_settings(place), [mark(place)]).done == ("adopt", "create")
        assert seen(make_settings(place), [mark(place)], state(mark(place))).done == ("create",)

    def test_our_mark_without_its_record_is_deleted_where_it_is_not(self, place: str) -> None:
        assert seen(make_settings(), [mark(place)]).imported == {"mark"}
        assert seen(make_settings(), [mark(place)], state(mark(place))).done == ("delete",)

    @pytest.mark.parametrize("marks", ["txt", "comment", "none"])
    def test_a_second_plan_changes_nothing_whatever_the_marks(self, place: str, marks: str) -> None:
        settings = make_settings(place, marks=marks)
        observation = make_observation()
        (planned,) = make_plan(settings, observation).record_sets
        comment = "[truenorth owner=home]" if marks == "comment" else ""
        assert (planned.comment, bool(planned.mark_name)) == (comment, marks == "txt")


@PLACES
@pytest.mark.parametrize("adopt", ADOPT)
class TestWhoseItIsDecidesWhetherItIsTakenOver:
    def check(self, settings: Settings, live: list[LiveRecord], said: str, *, taken: bool) -> None:
        found = seen(settings, live)
        if taken:
            assert (live[0].id in found.imported, found.told) == (True, ())
            assert f"A {WISH}" in found.declared
        else:
            assert (found.declared, found.imported, found.told) == ((), frozenset(), conflict(said))

    def test_ours_by_its_mark_as_wished(self, place: str, adopt: str) -> None:
        live = [at(place, WISH), mark(place)]
        said = f"{WISH} (truenorth owner home (settings/names/{place}))"
        self.check(make_settings(place, adopt=adopt), live, said, taken=adopt != "never")

    def test_ours_by_its_comment_as_wished(self, place: str, adopt: str) -> None:
        live = [at(place, WISH, comment="door [truenorth owner=home]")]
        settings = make_settings(place, adopt=adopt, marks="comment")
        self.check(settings, live, f"{WISH} (truenorth owner home)", taken=adopt != "never")

    @pytest.mark.parametrize("marks", ["txt", "none"])
    def test_nobodys_whose_comment_says_ours_where_no_comment_of_ours_does(
        self, place: str, adopt: str, marks: str
    ) -> None:
        live = [at(place, WISH, comment="[truenorth owner=home]")]
        taken = adopt in {"same-content", "all"}
        self.check(make_settings(place, adopt=adopt, marks=marks), live, f"{WISH} (no owner's mark)", taken=taken)

    def test_another_owners_whose_comment_says_ours(self, place: str, adopt: str) -> None:
        live = [at(place, WISH, comment="[truenorth owner=home]"), mark(place, "other")]
        said = f"{WISH} (truenorth owner other (settings/names/{place}))"
        settings = make_settings(place, adopt=adopt, marks="comment")
        self.check(settings, live, said, taken=False)
        assert seen(settings, live, takeover=Takeover("truenorth")).imported == frozenset()

    def test_ours_by_its_mark_with_other_content(self, place: str, adopt: str) -> None:
        said = f"{OTHER} (it bears our mark, but state does not know it and it is not as wished: `truenorth adopt` "
        live = [at(place), mark(place)]
        self.check(make_settings(place, adopt=adopt), live, f"{said}takes it)", taken=adopt == "all")

    def test_another_owners(self, place: str, adopt: str) -> None:
        said = f"{WISH} (truenorth owner other (settings/names/{place}))"
        self.check(make_settings(place, adopt=adopt), [at(place, WISH), mark(place, "other")], said, taken=False)

    def test_another_owners_by_its_comment_beside_our_own_mark(self, place: str, adopt: str) -> None:
        live = [at(place, WISH, comment="[truenorth owner=other]"), mark(place)]
        found = seen(make_settings(place, adopt=adopt), live)
        assert (found.declared, found.told) == ((), conflict(f"{WISH} (truenorth owner other)"))

    def test_another_tools(self, place: str, adopt: str) -> None:
        live = [at(place, WISH), text(full(place), cloudflare_ddns.encode("pod-7"))]
        said = f"{WISH} (cloudflare-ddns owner pod-7)"
        self.check(make_settings(place, adopt=adopt), live, said, taken=False)

    def test_nobodys_as_wished(self, place: str, adopt: str) -> None:
        taken = adopt in {"same-content", "all"}
        self.check(make_settings(place, adopt=adopt), [at(place, WISH)], f"{WISH} (no owner's mark)", taken=taken)

    def test_nobodys_otherwise(self, place: str, adopt: str) -> None:
        said = f"{OTHER} (no owner's mark)"
        self.check(make_settings(place, adopt=adopt), [at(place)], said, taken=adopt == "all")

    def test_several_of_nobody(self, place: str, adopt: str) -> None:
        live = [at(place, f"198.51.100.{number}", number=number) for number in (1, 2)]
        found = seen(make_settings(place, adopt=adopt), live)
        assert found.imported == ({"A1", "A2"} if adopt == "all" else set())
        assert len(found.told) == (0 if adopt == "all" else len(live))

    def test_the_only_one_of_a_set_that_a_run_was_cut_off_in(self, place: str, adopt: str) -> None:
        live = [at(place), mark(place)]
        found = seen(make_settings(place, adopt=adopt), live, state(live[1]))
        assert (found.imported == {"A0"}) == (adopt != "never")

    @pytest.mark.parametrize("wanted", ["A", "CNAME"])
    def test_an_alias_and_an_address_exclude_each_other(self, place: str, adopt: str, wanted: str) -> None:
        alias = {"name": place, "type": "CNAME", "content": "a.example.net"}
        wish = make_settings(place, adopt=adopt) if wanted == "A" else make_settings(records=[alias], adopt=adopt)
        present = at(place, "b.example.net", "CNAME") if wanted == "A" else at(place)
        found = seen(wish, [present])
        said = f"{present.record.type} {present.record.content} (no owner's mark): {LEFT}"
        assert (found.declared, found.imported, found.told) == ((), frozenset(), (said,))

    def test_one_that_the_provider_manages_itself(self, place: str, adopt: str) -> None:
        live = [replace(at(place, WISH), managed_by="a Worker"), mark(place)]
        told = (f"A {WISH} (managed by Cloudflare: a Worker): Cloudflare refuses every change of it; {NOTHING}",)
        for takeover in (None, Takeover("truenorth"), Takeover("routeflare")):
            found = seen(make_settings(place, adopt=adopt), live, takeover=takeover)
            assert (found.declared, found.told) == ((), told)
            assert "A0" not in found.imported

    def test_one_of_ours_that_the_provider_has_come_to_manage(self, place: str, adopt: str) -> None:
        live = [replace(at(place), managed_by="Email Routing"), mark(place)]
        (said,) = seen(make_settings(place, adopt=adopt), live, state(*live)).told
        assert "Cloudflare refuses every change of it; ours stays as it is" in said
        assert seen(make_settings(place, adopt=adopt), live, state(*live)).done == ()
        (said,) = seen(make_settings(adopt=adopt), live, state(*live)).told
        assert "it is not wanted any more; ours stays as it is" in said
        assert seen(make_settings(adopt=adopt), live, state(*live)).done == ()

    def test_one_more_beside_ours(self, place: str, adopt: str) -> None:
        ours = [at(place, WISH), mark(place)]
        found = seen(make_settings(place, adopt=adopt), [*ours, at(place, number=1)], state(*ours))
        told = (f"A {OTHER} (no owner's mark): a foreign record beside ours, left alone",)
        assert (found.declared, found.imported, found.told, found.done) == ((f"A {WISH}",), frozenset(), told, ())

    def test_another_in_place_of_ours(self, place: str, adopt: str) -> None:
        ours = [at(place, WISH), mark(place)]
        found = seen(make_settings(place, adopt=adopt), [ours[1], at(place, number=1)], state(*ours))
        assert (found.declared, found.imported, found.told) == ((), frozenset(), conflict(f"{OTHER} (no owner's mark)"))


def test_a_wildcard_is_not_looked_for_at_the_names_that_it_covers() -> None:
    found = seen(make_settings("*"), [at("www"), mark("www", "other")])
    assert (found.declared, found.told) == ((f"A {WISH}",), ())


def test_the_wished_content_beside_ours_is_never_written_a_second_time() -> None:
    """No API takes two records of one content: where somebody has made the new address already, ours makes way."""
    ours = [at("www"), mark("www")]
    found = seen(make_settings("www", adopt="never"), [*ours, at("www", WISH, number=1)], state(*ours))
    assert (found.imported, found.done) == (frozenset(), ("delete", "delete"))
    found = seen(make_settings("www"), [*ours, at("www", WISH, number=1)], state(*ours))
    assert (found.imported, found.done) == (frozenset({"A1"}), ("adopt", "delete"))


def sealed(said: str) -> str:
    packed = gzip.compress(said.strip('"').encode())
    return f'"{base64.b64encode(b"n" * 12 + AESGCM(KEY.encode()).encrypt(b"n" * 12, packed, None)).decode()}"'


THEIRS = external_dns.encode(Labels("default", "ingress/web/shop"))
NAMES_OF_MARKS = [
    ({}, "a-www.example.com"),
    ({}, "www.example.com"),
    ({"prefix": "edns."}, "edns.a-www.example.com"),
    ({"prefix": "edns."}, "edns.www.example.com"),
    ({"prefix": "%{record_type}-x-"}, "a-x-www.example.com"),
    ({"suffix": "-edns"}, "a-www-edns.example.com"),
    ({"suffix": "-edns-%{record_type}"}, "www-edns-a.example.com"),
]


@pytest.mark.parametrize(("affix", "name"), NAMES_OF_MARKS)
class TestExternalDns:
    def settings(self, affix: dict[str, str], key: str = "") -> Settings:
        environment = {"EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY": key} if key else {}
        values = {"zone": ZONE, "names": ["www"], "adopt": "all", "external_dns": [affix]}
        return parse(values, environment, stack="home", where="test")

    def test_holds_what_it_has_marked(self, affix: dict[str, str], name: str) -> None:
        found = seen(self.settings(affix), [at("www"), text(name, THEIRS)])
        said = f"{OTHER} (external-dns owner default (ingress/web/shop))"
        assert (found.declared, found.told) == ((), conflict(said))

    def test_is_taken_over_from_when_asked_for(self, affix: dict[str, str], name: str) -> None:
        live = [at("www"), text(name, THEIRS)]
        for owner, imported in (("", {"A0", "mark"}), ("default", {"A0", "mark"}), ("other", set())):
            assert seen(self.settings(affix), live, takeover=Takeover("external-dns", owner)).imported == imported
        assert seen(self.settings(affix), live, takeover=Takeover("cloudflare-ddns")).imported == set()

    def test_an_encrypted_mark_holds_and_only_its_key_tells_whose_it_is(self, affix: dict[str, str], name: str) -> None:
        live = [at("www"), text(name, sealed(THEIRS))]
        typed = any(key.type for key in external_dns.marked(name, Affix(**affix)))
        takeover = Takeover("external-dns")
        for key, said in (
            ("", "(its mark is encrypted, the owner unknown)"),
            (KEY, "owner default (ingress/web/shop)"),
        ):
            found = seen(self.settings(affix, key), live)
            assert found.told == (conflict(f"{OTHER} (external-dns {said})") if typed else ())
            taken = seen(self.settings(affix, key), live, takeover=takeover).imported
            assert taken == ({"A0", "mark"} if key and typed else set() if typed else {"A0"})


class TestCloudflareDdns:
    def test_marks_addresses_of_both_families_at_one_name(self) -> None:
        live = [at("www"), at("www", "2001:db8::80", "AAAA"), text("www.example.com", cloudflare_ddns.encode("pod-7"))]
        wish = make_settings({"name": "www", "targets": [WISH, "2001:db8::7"]})
        assert len(seen(wish, live).told) == 2
        assert seen(wish, live, takeover=Takeover("cloudflare-ddns", "pod-7")).imported == {"A0", "AAAA0", "mark"}
        only_a = seen(make_settings("www"), live, takeover=Takeover("cloudflare-ddns", "pod-7"))
        assert only_a.imported == {"A0"}

    def test_a_mark_beside_a_text_that_is_wanted_is_not_in_its_way(self) -> None:
        live = [text("www.example.com", cloudflare_ddns.encode("pod-7"))]
        wish = make_settings(records=[{"name": "www", "type": "TXT", "content": "hello"}], adopt="all")
        found = seen(wish, live)
        assert (found.declared, found.imported, found.told) == (('TXT "hello"',), frozenset(), ())


def test_every_case_is_judged_and_none_is_taken_over_that_the_table_does_not_name() -> None:
    wanted = Wanted("A", frozenset({WISH}), Writer("home"), registered=False, alive=False, cut_off=False)
    assert judge(at("www", WISH), wanted, ()) is Case.SAME_CONTENT
    assert {case for case in Case if case not in ADOPTED} == {
        Case.ANOTHER_OWNER,
        Case.ANOTHER_STATE,
        Case.ANOTHER_TOOL,
        Case.OTHER_TYPE,
        Case.MANAGED,
        Case.BESIDE_OURS,
        Case.REPLACED,
    }
