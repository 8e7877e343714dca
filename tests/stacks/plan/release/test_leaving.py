from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.marks import external_dns, heritage
from components.marks.external_dns import Affix, Labels
from components.records import canonical_content
from components.records.record import Record
from stacks.model.claims import SourceSighting
from stacks.model.observation import Observation
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover, Traces
from stacks.plan.release.leaving import LeavingSet, Release, StayingSet, released
from stacks.plan.release.receiver import CloudflareDdns, ExternalDns, Receiver
from stacks.settings.stack import Settings, parse
from tests.profiles import examples
from tests.stacks.plan.paper import CutOffError, Paper
from tests.stacks.plan.shared_world import asks, source

CLOUDFLARE, GANDI = "example.com", "example.net"
ADDRESS, OTHER = "203.0.113.7", "198.51.100.80"
DEFAULT = ExternalDns("default", Affix())
WWW = ("www.example.com", "A")


def described(*names: object, marks: str = "txt", **others: object) -> Settings:
    """At Gandi there are no comments: marks are texts there unless there are none."""
    at_gandi = "none" if marks == "none" else "txt"
    zones = [
        {"zone": CLOUDFLARE, "names": list(names), "marks": marks},
        {"zone": GANDI, "provider": "gandi", "marks": at_gandi},
    ]
    return parse({"zones": zones, **others}, {}, stack="home", where="test")


class Life:
    """A stack on paper, of which these objects ask for these names at one address."""

    def __init__(self, *hosts: str, names: Iterable[object] = (), marks: str = "txt", **others: object) -> None:
        self.paper = Paper()
        self.settings = described(*names, marks=marks, **others)
        self.sources: tuple[SourceSighting, ...] = (
            source("", *(asks(ADDRESS, cluster="", name=host.partition(".")[0], host=host) for host in hosts)),
        )
        for _ in range(2):
            self.up()

    def look(self) -> Observation:
        return self.paper.observation((), (CLOUDFLARE, GANDI), sources=self.sources)

    def up(self, takeover: Takeover | None = None) -> None:
        observation = self.look()
        self.paper.run(make_plan(self.settings, observation, takeover), observation)

    def released(self, receiver: Receiver | None = DEFAULT) -> Release:
        return released(self.settings, replace(self.look(), sources=()), receiver)

    def step(self, receiver: Receiver | None) -> bool:
        """One run of a release, or what state forgets in the end; whether there was anything to do."""
        observation = replace(self.look(), sources=())
        found = released(self.settings, observation, receiver)
        plan = found.plan(observation)
        if changes(plan, observation):
            self.paper.run(plan, observation)
            return True
        gone = {(one.record_set.name, one.record_set.type) for one in found.leaving if one.is_ready}
        kept = {key: one for key, one in self.paper.state.items() if one.resource.record_set not in gone}
        self.paper.state, was = kept, self.paper.state
        return kept != was

    def release(self, receiver: Receiver | None = DEFAULT) -> None:
        for _ in range(3):
            if not self.step(receiver):
                break
        assert not self.step(receiver)

    def values(self) -> dict[str, Record]:
        """All records but marks, by id."""
        return {one: record for _, one, record in self.paper.everything() if not is_mark(record)}

    def marks(self) -> set[tuple[str, str]]:
        """The names of marks, each with its text's beginning."""
        return {
            (one.name, one.content.split(",")[0].strip('"')) for _, _, one in self.paper.everything() if is_mark(one)
        }


def is_mark(record: Record) -> bool:
    return record.type == "TXT" and "heritage=" in record.content


THEIRS, OURS = "heritage=external-dns", "heritage=truenorth"


def only(found: Iterable[LeavingSet | StayingSet]) -> LeavingSet | StayingSet:
    (one,) = found
    return one


class TestARecordSet:
    def test_of_an_object_gets_their_mark_then_loses_ours_and_is_forgotten_unchanged(self) -> None:
        life = Life("www.example.com", "www.example.net", "*.example.com")
        before = life.values()
        assert life.step(DEFAULT)
        assert {said for _, said in life.marks()} == {THEIRS, OURS}
        assert len(life.marks()) == 6
        life.release()
        names = {"a-www.example.com", "a-www.example.net", "a-*.example.com"}
        assert life.marks() == {(name, THEIRS) for name in names}
        assert (life.values(), life.paper.state) == (before, {})

    def test_of_the_settings_is_let_go_without_a_mark_unless_it_is_named(self) -> None:
        targets = {"name": "www", "targets": [ADDRESS]}
        life = Life(names=[targets])
        assert "no object asks for it" in only(life.released().leaving).why
        life.release()
        assert (life.marks(), life.paper.state, len(life.values())) == (set(), {}, 1)
        named = Life(names=[targets])
        named.release(replace(DEFAULT, names=frozenset({"www.example.com"})))
        assert named.marks() == {("a-www.example.com", THEIRS)}

    def test_goes_to_nobody_without_any_mark(self) -> None:
        life = Life("www.example.com", "www.example.net")
        before = life.values()
        life.release(None)
        assert (life.values(), life.marks(), life.paper.state) == (before, set(), {})

    def test_that_external_dns_cannot_mark_is_let_go(self) -> None:
        life = Life("example.com", "x" * 63 + ".example.com")
        assert {one.why for one in life.released().leaving} == {"external-dns cannot mark it"}
        prefixed = replace(DEFAULT, affix=Affix(prefix="k8s-%{record_type}."))
        assert {one.their_mark for one in life.released(prefixed).leaving} == {
            "k8s-a.example.com",
            f"k8s-a.{'x' * 63}.example.com",
        }

    def test_marked_in_its_comment_loses_the_mark_and_keeps_the_comment(self) -> None:
        life = Life("www.example.com", marks="comment", comment="the shop")
        assert "truenorth" in next(iter(life.values().values())).comment
        life.release()
        assert {one.comment for one in life.values().values()} == {"the shop"}
        assert life.marks() == {("a-www.example.com", THEIRS)}

    def test_without_marks_is_given_all_the_same(self) -> None:
        life = Life("www.example.com", marks="none")
        life.release()
        assert (life.marks(), life.paper.state) == ({("a-www.example.com", THEIRS)}, {})

    def test_of_a_wildcard_shares_its_mark_with_the_name_of_its_replacement(self) -> None:
        life = Life("*.example.com", "any.example.com")
        life.release(replace(DEFAULT, affix=Affix(wildcard="any")))
        assert (life.marks(), life.paper.state) == ({("a-any.example.com", THEIRS)}, {})

    def test_with_a_mark_that_stands_there_already_gets_no_second_one(self) -> None:
        life = Life("www.example.com")
        text = external_dns.encode(Labels("default", "ingress/other/one"))
        life.paper.add(CLOUDFLARE, Record("a-www.example.com", "TXT", text, 1, proxied=False, comment=""))
        life.release()
        assert (life.marks(), life.paper.state) == ({("a-www.example.com", THEIRS)}, {})


class TestStays:
    def why(self, life: Life, receiver: Receiver | None = DEFAULT) -> str:
        """Why the only set stays, which does whatever is done."""
        before, state = list(life.paper.everything()), dict(life.paper.state)
        found = life.released(receiver)
        life.release(receiver)
        assert (list(life.paper.everything()), life.paper.state, found.leaving) == (before, state, ())
        return found.staying[0].why

    def changed(self, life: Life, record_type: str, **values: object) -> None:
        zone, identity, record = next(one for one in life.paper.everything() if one[2].type == record_type)
        life.paper.zones[zone][identity] = replace(record, **values)  # type: ignore[arg-type] # test values

    @pytest.mark.parametrize("receiver", [DEFAULT, None])
    def test_what_was_changed_behind_our_back(self, receiver: Receiver | None) -> None:
        life = Life("www.example.com")
        self.changed(life, "A", content=OTHER)
        assert "changed behind our back" in self.why(life, receiver)

    def test_what_was_deleted_behind_our_back(self) -> None:
        life = Life("www.example.com")
        zone, identity, _ = next(one for one in life.paper.everything() if one[2].type == "A")
        del life.paper.zones[zone][identity]
        assert "deleted behind our back" in self.why(life)

    def test_a_mark_of_ours_that_became_another_text(self) -> None:
        life = Life("www.example.com")
        self.changed(life, "TXT", content='"v=spf1 -all"')
        assert "changed behind our back" in self.why(life)

    @pytest.mark.parametrize(
        "text", ['"v=spf1 -all"', external_dns.encode(Labels("another")), '"heritage=truenorth,truenorth/owner=x"']
    )
    def test_a_set_where_another_text_stands_in_the_place_of_their_mark(self, text: str) -> None:
        life = Life("www.example.com")
        life.paper.add(CLOUDFLARE, Record("a-www.example.com", "TXT", text, 1, proxied=False, comment=""))
        assert "another text stands at a-www.example.com" in self.why(life)

    def test_a_set_where_another_text_stands_beside_their_mark_in_one_set(self) -> None:
        life = Life("www.example.net")
        texts = canonical_content.joined((external_dns.encode(Labels("default", "ingress/web/shop")), '"v=spf1 -all"'))
        life.paper.add(GANDI, Record("a-www.example.net", "TXT", texts, 300, proxied=False, comment=""))
        assert "another text stands at a-www.example.net" in self.why(life)

    def test_a_set_whose_mark_would_stand_beside_an_alias(self) -> None:
        life = Life("www.example.com")
        alias = Record("a-www.example.com", "CNAME", "elsewhere.example.net", 1, proxied=False, comment="")
        life.paper.add(CLOUDFLARE, alias)
        assert "beside a record of type CNAME" in self.why(life)

    def test_a_set_beside_somebody_elses_record_which_external_dns_would_delete(self) -> None:
        life = Life("www.example.com")
        life.paper.add(CLOUDFLARE, Record("www.example.com", "A", OTHER, 1, proxied=False, comment=""))
        assert "somebody else's record stands beside it" in self.why(life)
        life.release(None)
        assert (life.paper.state, len(life.values())) == ({}, 2)

    def test_what_the_provider_manages_itself(self) -> None:
        life = Life("www.example.com")
        _, identity, _ = next(one for one in life.paper.everything() if one[2].type == "A")
        life.paper.managed[identity] = "Email Routing"
        assert "Email Routing" in self.why(life)

    def test_what_is_in_a_zone_that_could_not_be_read(self) -> None:
        life = Life("www.example.com", "www.example.net")
        observation = life.paper.observation((), (CLOUDFLARE, GANDI), unread=frozenset({CLOUDFLARE}))
        found = released(life.settings, observation, DEFAULT)
        assert [(one.name, one.why) for one in found.staying] == [("www.example.com", "down")]
        assert [one.record_set.name for one in found.leaving] == ["www.example.net"]
        assert {one.resource.name for one in changes(found.plan(observation), observation)} == {"www.example.net"}

    def test_what_objects_of_another_cluster_ask_for_as_was_meant(self) -> None:
        life = Life()
        claims = [asks(ADDRESS, cluster=cluster, host=f"{cluster}.example.com") for cluster in ("north", "south")]
        life.sources = tuple(source(one.object.cluster, one) for one in claims)
        life.up()
        found = life.released(replace(DEFAULT, cluster="north"))
        assert [one.record_set.name for one in found.leaving] == ["north.example.com"]
        assert [(one.name, one.is_meant) for one in found.staying] == [("south.example.com", True)]
        life.release(replace(DEFAULT, cluster="north"))
        assert life.marks() == {("a-north.example.com", THEIRS), ("_truenorth-a.south.example.com", OURS)}

    def test_what_bears_our_mark_and_state_does_not_know(self) -> None:
        life = Life("www.example.com")
        life.paper.state.clear()
        assert "`truenorth adopt` takes it first" in self.why(life)


def test_a_mark_of_ours_that_is_gone_or_alone_keeps_nothing_back() -> None:
    life = Life("www.example.com", "api.example.com")
    for name in ("_truenorth-a.www.example.com", "api.example.com"):
        zone, identity, _ = next(one for one in life.paper.everything() if one[2].name == name)
        del life.paper.zones[zone][identity]
    life.paper.state.pop(("cloudflare", "api.example.com/A"))
    life.release()
    assert (life.marks(), life.paper.state) == ({("a-www.example.com", THEIRS)}, {})


class TestToCloudflareDdns:
    POD = CloudflareDdns("ddns-0", names=frozenset({"www.example.com", "example.com"}))
    MARK = '"heritage=cloudflare-ddns,cloudflare-ddns/owner=ddns-0"'

    def texts(self, life: Life) -> set[tuple[str, str]]:
        return {(one.name, one.content) for _, _, one in life.paper.everything() if one.type == "TXT"}

    def test_a_name_gets_the_one_mark_of_its_pod_at_the_very_name_for_both_types(self) -> None:
        both = [{"name": name, "targets": [ADDRESS, "2001:db8::7"]} for name in ("www", "@")]
        life = Life(names=both)
        before = life.values()
        life.release(self.POD)
        assert self.texts(life) == {("www.example.com", self.MARK), ("example.com", self.MARK)}
        assert (life.values(), life.paper.state) == (before, {})

    def test_what_it_is_not_told_of_is_let_go_though_an_object_asks_for_it(self) -> None:
        life = Life("api.example.com")
        assert "at names that it is told" in only(life.released(self.POD).leaving).why
        life.release(self.POD)
        assert (self.texts(life), life.paper.state, len(life.values())) == (set(), {}, 1)

    def test_other_texts_at_the_name_do_not_stand_in_its_way_but_the_mark_of_another_pod_does(self) -> None:
        life = Life("www.example.com")
        for text in ('"v=spf1 -all"', self.MARK.replace("ddns-0", "ddns-1")):
            assert len(life.released(self.POD).leaving) == 1
            life.paper.add(CLOUDFLARE, Record("www.example.com", "TXT", text, 1, proxied=False, comment=""))
        assert "another text stands at www.example.com" in only(life.released(self.POD).staying).why

    def test_an_address_of_somebody_else_of_the_other_type_is_not_given_with_it(self) -> None:
        life = Life("www.example.com")
        theirs = Record("www.example.com", "AAAA", "2001:db8::1", 1, proxied=False, comment="")
        life.paper.add(CLOUDFLARE, theirs)
        assert "somebody else's record stands beside it" in only(life.released(self.POD).staying).why


def test_records_of_zones_that_the_settings_do_not_name_are_told() -> None:
    life = Life("www.example.com", "www.example.net")
    observation = life.look()
    one_zone = replace(observation, zones=observation.zones[:1])
    outside = released(life.settings, one_zone, DEFAULT).outside
    assert {one.resource.name for one in outside} == {"www.example.net"}


HOSTS = ("a.example.com", "b.example.com", "*.example.com", "a.example.net", "b.example.net")
RECEIVERS = (
    DEFAULT,
    replace(DEFAULT, affix=Affix(wildcard="a")),
    ExternalDns("x", Affix(prefix="edns-%{record_type}.")),
    CloudflareDdns("ddns-0", names=frozenset(HOSTS)),
    None,
)


@given(
    hosts=st.sets(st.sampled_from(HOSTS), min_size=1),
    receiver=st.sampled_from(RECEIVERS),
    marks=st.sampled_from(["txt", "comment", "none"]),
    writes=st.integers(min_value=1, max_value=12),
    goes_back=st.booleans(),
)
@settings(max_examples=examples(200))
def test_a_release_that_is_cut_off_anywhere_leaves_all_as_it_is_and_is_finished_or_undone_by_the_next_command(
    hosts: set[str],
    receiver: Receiver | None,
    marks: str,
    writes: int,
    goes_back: bool,  # noqa: FBT001 - drawn
) -> None:
    affix = affix_of(receiver)
    life = Life(*sorted(hosts), marks=marks, external_dns=[{"prefix": affix.prefix, "wildcard": affix.wildcard}])
    before = life.values()
    life.paper.left = writes
    try:
        life.release(receiver)
    except CutOffError:
        life.paper.left = 1 << 30
        assert contents(life) == {(one.name, one.content) for one in before.values()}
        if receiver and marks != "none":
            assert {name for name, _ in contents(life)} <= spoken_for(life, receiver)
        if goes_back:
            life.up(Takeover("truenorth", traces=Traces(records=about_to_make(life))))
            life.up()
            assert life.values() == before
            assert {said for _, said in life.marks()} <= {OURS}
    life.paper.left = 1 << 30
    life.release(receiver)
    assert (contents(life), life.paper.state) == ({(one.name, one.content) for one in before.values()}, {})
    assert {said for _, said in life.marks()} == ({f"heritage={receiver.tool}"} if receiver else set())


def affix_of(receiver: Receiver | None) -> Affix:
    return receiver.affix if isinstance(receiver, ExternalDns) else Affix()


def about_to_make(life: Life) -> frozenset[tuple[str, str, str]]:
    """What the note of a run says that was cut off as it made their marks: all that there can be of them."""
    there = (one for _, _, one in life.paper.everything() if is_mark(one))
    return frozenset((one.name, one.type, one.content) for one in there if OURS not in one.content)


def contents(life: Life) -> set[tuple[str, str]]:
    return {(one.name, one.content) for one in life.values().values()}


def spoken_for(life: Life, receiver: Receiver) -> set[str]:
    """The names of which a mark in the zone speaks, ours or theirs, or a comment."""
    readers = heritage.Readers(external_dns=(affix_of(receiver),))
    found = (heritage.read(one.name, one.content, readers) for _, _, one in life.paper.everything() if is_mark(one))
    names = {key.name for mark in found if mark for key in mark.marks}
    return names | {one.name for one in life.values().values() if "[truenorth" in one.comment}
