from __future__ import annotations

from dataclasses import replace

from components.marks import cloudflare_ddns, external_dns, ownership
from components.marks.external_dns import Labels
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.values import LiveRecord, RegisteredRecord, UnreadZone
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import ZONE, ZONE_ID, a_record, make_observation, make_settings, owned_www, registered

EXTERNAL_DNS = Takeover("external-dns")
OTHER = "198.51.100.80"
FORMER = "www.example.com/A/mark/former"


def text(identity: str, name: str, content: str) -> LiveRecord:
    return LiveRecord(identity, Record(name, "TXT", content, 1, proxied=False, comment=""))


def theirs(identity: str, name: str, owner: str = "default") -> LiveRecord:
    return text(identity, name, external_dns.encode(Labels(owner)))


def former(settings: Settings, observation: Observation, takeover: Takeover | None = EXTERNAL_DNS) -> dict[str, str]:
    """The ids of the marks that are taken over to be deleted, by their logical names."""
    plan = make_plan(settings, observation, takeover)
    return {
        f"{one.name}/{one.type}/{mark.number}": mark.import_id for one in plan.record_sets for mark in one.former_marks
    }


class TestAMarkOfTheToolThatIsTakenOver:
    def test_goes_in_each_of_its_formats(self) -> None:
        live = [
            LiveRecord("x", a_record("www", OTHER)),
            theirs("m1", "a-www.example.com"),
            theirs("m2", "www.example.com"),
        ]
        found = former(make_settings("www"), make_observation(live=live))
        assert found == {"www.example.com/A/0": "m1", "www.example.com/A/1": "m2"}

    def test_goes_though_its_record_is_ours_already(self) -> None:
        live, owned = owned_www()
        live.append(theirs("m2", "a-www.example.com"))
        observation = make_observation(live=live, owned=owned)
        assert former(make_settings("www"), observation) == {"www.example.com/A/0": "m2"}
        assert former(make_settings("www"), observation, None) == {}

    def test_stays_with_a_record_that_is_not_taken_over(self) -> None:
        live = [LiveRecord("x", a_record("www", OTHER)), LiveRecord("y", a_record("www", "2001:db8::80", "AAAA"))]
        live.append(text("m1", "www.example.com", cloudflare_ddns.encode("pod-7")))
        takeover = Takeover("cloudflare-ddns")
        assert former(make_settings("www"), make_observation(live=live), takeover) == {}
        both = make_settings({"name": "www", "targets": ["203.0.113.7", "2001:db8::7"]})
        assert former(both, make_observation(live=live), takeover) == {"www.example.com/A/0": "m1"}

    def test_goes_where_what_stays_has_a_better_mark(self) -> None:
        live = [LiveRecord("x", a_record("www", OTHER)), LiveRecord("y", a_record("www", "2001:db8::80", "AAAA"))]
        live += [
            theirs("m1", "www.example.com"),
            theirs("m2", "aaaa-www.example.com"),
            theirs("m3", "a-www.example.com"),
        ]
        found = former(make_settings("www"), make_observation(live=live))
        assert set(found.values()) == {"m1", "m3"}

    def test_of_another_owner_or_another_tool_stays(self) -> None:
        live, owned = owned_www()
        live += [theirs("m2", "a-www.example.com", "other"), text("m3", "www.example.com", cloudflare_ddns.encode("p"))]
        observation = make_observation(live=live, owned=owned)
        assert former(make_settings("www"), observation, Takeover("external-dns", "default")) == {}


class TestAMarkThatStateHasToDelete:
    def cut_off(self) -> tuple[list[LiveRecord], list[RegisteredRecord]]:
        live, owned = owned_www()
        mark = theirs("m2", "a-www.example.com")
        return [*live, mark], [*owned, registered(f"{FORMER}/0", mark.record, "m2")]

    def test_is_deleted_by_the_next_run(self) -> None:
        live, owned = self.cut_off()
        observation = make_observation(live=live, owned=owned)
        (change,) = changes(make_plan(make_settings("www"), observation), observation)
        assert (change.action.value, change.logical_name) == ("delete", f"{FORMER}/0")

    def test_keeps_its_number_from_the_next(self) -> None:
        """Importing under a name that state has deletes what it has there."""
        live, owned = self.cut_off()
        live.append(theirs("m3", "www.example.com"))
        found = former(make_settings("www"), make_observation(live=live, owned=owned))
        assert found == {"www.example.com/A/1": "m3"}

    def test_stays_while_the_zone_cannot_be_read(self) -> None:
        live, owned = self.cut_off()
        observation = make_observation(live=live, owned=owned)
        known = replace(observation.registry, zone_ids=((ZONE, ZONE_ID),))
        unread = replace(observation, zones=(UnreadZone(ZONE, "down"),), registry=known)
        assert changes(make_plan(make_settings("www"), unread), unread) == ()

    def test_keeps_an_alias_waiting(self) -> None:
        mark = text("m2", "www.example.com", cloudflare_ddns.encode("pod-7"))
        alias = {"name": "www", "type": "CNAME", "content": "a.example.net"}
        observation = make_observation(live=[mark], owned=[registered(f"{FORMER}/0", mark.record, "m2")])
        plan = make_plan(make_settings(records=[alias]), observation)
        assert (plan.record_sets, [one.until for one in plan.deferred]) == ((), [("TXT",)])


class TestAMarkOfOurOwnThatIsNotWanted:
    def test_goes_where_comments_are_the_marks(self) -> None:
        live, _ = owned_www()
        observation = make_observation(live=live)
        assert former(make_settings("www", marks="comment"), observation, None) == {"www.example.com/A/0": "m1"}

    def test_goes_where_state_has_another(self) -> None:
        live, owned = owned_www()
        double = replace(live[1].record, content=live[1].record.content.replace("/www", "/@"))
        observation = make_observation(live=[*live, LiveRecord("m2", double)], owned=owned)
        assert former(make_settings("www"), observation, None) == {"www.example.com/A/0": "m2"}


class TestThePlaceOfAMark:
    def renamed(self, *there: LiveRecord) -> list[tuple[str, str]]:
        live, owned = owned_www()
        observation = make_observation(live=[*live, *there], owned=owned)
        plan = make_plan(make_settings("www", mark_prefix="_tn-%{record_type}."), observation)
        return [(change.action.value, change.record.name) for change in changes(plan, observation)]

    def test_is_new_where_the_prefix_is(self) -> None:
        assert self.renamed() == [("update", "_tn-a.www.example.com")]

    def test_is_left_for_another_run_while_the_same_mark_stands_there(self) -> None:
        content = ownership.encode(ownership.Mark("truenorth", "home", "settings/names/www"))
        there = text("m2", "_tn-a.www.example.com", content)
        assert self.renamed(there) == [("adopt", "_tn-a.www.example.com")]
