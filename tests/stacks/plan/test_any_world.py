"""Random zones, settings and histories: what is not ours is never changed, and the zones become what is wished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.marks import external_dns, in_comments, ownership
from components.marks.external_dns import Affix
from components.records import canonical_content
from components.records.logical_name import LogicalName
from components.records.record import Record
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, Sighting, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.desired.endpoints import addresses_by_link, endpoints
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover, Traces
from stacks.plan.records.record_sets import import_ids
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.plan.any_worlds import (
    ELSEWHERE,
    OWNER,
    PREFIXES,
    Cut,
    Step,
    Theirs,
    any_addresses,
    any_settings,
    runs,
    steps,
    theirs,
)
from tests.stacks.plan.paper import CutOffError, Paper

RUNS_TO_SETTLE = 3
EXAMPLES = examples(1000)


def edited(record: Record, how: str) -> Record:
    """A record after somebody has changed it."""
    if how == "content" and record.type in {"A", "TXT"}:
        return replace(record, content=ELSEWHERE if record.type == "A" else '"edited"')
    if how == "comment" and record.ttl == 1:
        return replace(record, comment="edited")
    return replace(record, ttl=record.ttl if record.proxied else 900)


def claimants(paper: Paper, zone: str, record: Record, prefix: str, *, comments: bool) -> set[tuple[str, str]]:
    """Who says that a record is his, as (tool, owner): read without the code under test.

    comments: whether our marks are comments; elsewhere a comment that says that a record is ours is anybody's.
    """
    texts: list[tuple[str, str]] = [
        (one.name, text) for one in paper.zones[zone].values() if one.type == "TXT" for text in one.content.split("\n")
    ]
    found = set()
    _, commented = in_comments.parse(record.comment)
    if commented and (comments or commented != OWNER):
        found.add(("truenorth", commented))
    names = {record.name, ownership.mark_name(record.name, record.type, prefix)}
    if not record.name.startswith("*"):
        names.add(external_dns.mark_name(record.name, record.type, Affix()))
    for name, text in texts:
        for tool in ("truenorth", "external-dns", "cloudflare-ddns"):
            speaks = tool != "cloudflare-ddns" or record.type in {"A", "AAAA"}
            if name in names and speaks and f"heritage={tool}," in text:
                found.add((tool, text.split("/owner=")[1].split(",")[0].rstrip('"')))
    return found


def may_be_imported(paper: Paper, zone: str, record: Record, chosen: Settings, takeover: Takeover | None) -> bool:
    """Whether the settings or a takeover allow it, by what the table of the cases says."""
    of_zone = chosen.of_zone(zone)
    taken = {takeover.tool} if takeover else set()
    made = False
    if takeover and takeover.traces:
        made = (record.name, record.type, record.content) in takeover.traces.records
        taken = {takeover.tool} if made else set()
    if record.type == "TXT" and "heritage=" in record.content:
        ours = f"heritage=truenorth,truenorth/owner={OWNER}," in record.content
        if ours or takeover is None:
            return ours
        whole = not takeover.owner or f"owner={takeover.owner}" in record.content
        return f"heritage={takeover.tool}," in record.content and whole
    claimed = claimants(paper, zone, record, of_zone.mark_prefix, comments=of_zone.marks == "comment")
    if ("truenorth", OWNER) in claimed:
        return of_zone.adopt != "never" or "truenorth" in taken
    if not claimed:
        # Under a wildcard a mark comes after its record, and a run may have been cut off between the two.
        cut_off = made and any(one.name == f"*.{zone}" for one in paper.zones[zone].values())
        return cut_off or of_zone.adopt in {"same-content", "all"} or bool(taken & {"routeflare", "cloudflare-ddns"})
    return takeover is not None and any(
        tool == takeover.tool and takeover.owner in {"", owner} for tool, owner in claimed
    )


@dataclass
class World:
    """A history: the zones and the state as they became, and what is wished now."""

    paper: Paper
    wish: Settings
    addresses: tuple[Sighting, ...]
    unfinished: frozenset[tuple[str, str, str]] = frozenset()
    """What runs that were cut off were about to make."""

    def plan_of(
        self, takeover: Takeover | None = None, unread: frozenset[str] = frozenset()
    ) -> tuple[Plan, Observation]:
        zones = tuple(zone.zone for zone in self.wish.each_zone())
        observation = self.paper.observation(self.addresses, zones, unread)
        return make_plan(self.wish, observation, takeover), observation

    def run(
        self, takeover: Takeover | None = None, unread: frozenset[str] = frozenset(), cut_off: int | None = None
    ) -> bool:
        """One run; whether it changed anything. Checks that nothing was changed which is not ours."""
        plan, observation = self.plan_of(takeover, unread)
        before = {(zone, identity): record for zone, identity, record in self.paper.everything()}
        known = {(one.zone_id.removeprefix("z-"), one.id) for one in self.paper.state.values()}
        imported = {(each.zone, one) for each in plan.record_sets for one in import_ids(each).values()}
        for zone, identity in imported:
            record = before[zone, identity]
            allowed = may_be_imported(self.paper, zone, record, self.wish, takeover)
            assert allowed, f"{record} is taken over though {self.wish.of_zone(zone).adopt}: {self.paper.zones[zone]}"
        about = [one.after for one in changes(plan, observation) if one.after]
        self.unfinished |= {(one.name, one.type, one.content) for one in about}
        self.paper.left = cut_off or 1 << 30
        try:
            changed = bool(self.paper.run(plan, observation))
        except CutOffError:
            changed = True
        else:
            self.unfinished = self.unfinished if unread else frozenset()
            self._check_foreseen(carried_out(plan, observation))
        after = {(zone, identity): record for zone, identity, record in self.paper.everything()}
        for key, record in before.items():
            if key not in known | imported:
                assert after.get(key) == record, f"{record} is not ours, and was changed"
            if key[0] in unread and key[0] in {zone.zone for zone in self.wish.each_zone()}:
                assert after.get(key) == record, f"{record} is in a zone that could not be read"
        return changed

    def _check_foreseen(self, foreseen: Observation) -> None:
        for zone in foreseen.zones:
            if isinstance(zone, ZoneSnapshot):
                found = sorted(repr(live.record) for live in zone.records)
                assert found == sorted(map(repr, self.paper.zones[zone.zone].values()))
        held = {(one.provider, one.logical_name): one.record for one in foreseen.registry.records}
        assert held == {key: one.record for key, one in self.paper.state.items()}

    def take(self, step: Step) -> None:
        """Let one thing happen."""
        what, how = step
        happens: dict[str, Callable[[], object]] = {
            "wish": lambda: setattr(self, "wish", how),
            "addresses": lambda: setattr(self, "addresses", how),
            "theirs": lambda: how.put_into(self.paper),
            "edit": lambda: self._edit(*how),
            "adopt": lambda: self.run(takeover=how),
            "recover": lambda: self.run(Takeover("truenorth", traces=Traces(wanted=how, records=self.unfinished))),
            "state is lost": self.paper.state.clear,
        }
        happens[what]()

    def _edit(self, which: int, how: str) -> None:
        everything = list(self.paper.everything())
        if not everything:
            return
        zone, identity, record = everything[which % len(everything)]
        if identity in self.paper.managed:
            return
        changed = edited(record, how)
        if how == "delete":
            del self.paper.zones[zone][identity]
        elif self.paper.can_stand(zone, changed, besides=identity):
            self.paper.zones[zone][identity] = changed

    def check_wish(self) -> None:
        """The zones are as wished, but for what is told as a conflict."""
        plan, _ = self.plan_of()
        told = {conflict.name for conflict in plan.conflicts}
        for zone in self.wish.each_zone():
            wished = {(one.name, one.type): one for one in endpoints(zone, addresses_by_link(self.addresses))}
            there = self.paper.zones[zone.zone].values()
            for (name, record_type), endpoint in wished.items():
                if name in told or zone.policy != "sync":
                    continue
                assert isinstance(endpoint.targets, Known)
                set_of = [one for one in there if (one.name, one.type) == (name, record_type)]
                found = [one for one in set_of if "heritage=" not in one.content]
                values = [value for one in found for value in canonical_content.split(one.content)]
                assert sorted(values) == sorted(endpoint.targets.value), f"{name} {record_type}: {found}"
                if record_type != "TXT":
                    kept = endpoint.keep
                    assert "proxied" in kept or {one.proxied for one in found} == {endpoint.proxied}
                    assert {"ttl", "proxied"} & {*kept} or {one.ttl for one in found} == {endpoint.ttl}
                if zone.marks == "txt":
                    mark = ownership.mark_name(name, record_type, zone.mark_prefix)
                    is_taken = any(one.name == mark and f"owner={OWNER}," not in one.content for one in there)
                    # Where somebody else's text stands in its place, a mark stays where the prefix of before put it.
                    places = {ownership.mark_name(name, record_type, one) for one in PREFIXES} if is_taken else {mark}
                    marks = [one for one in there if one.name in places and f"owner={OWNER}," in one.content]
                    assert marks, f"{name} {record_type} has no mark beside {self.paper.zones[zone.zone]}"
                elif zone.marks == "comment":
                    assert {in_comments.parse(one.comment)[1] for one in found} == {OWNER}
            if zone.policy == "sync":
                ours = {key[1] for key, one in self.paper.state.items() if one.zone_id == f"z-{zone.zone}"}
                assert {LogicalName.parse(name).record_set for name in ours} <= wished.keys()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=any_settings(),
    addresses=any_addresses(known=True),
    foreign=st.lists(theirs(), max_size=6),
    history=st.lists(st.tuples(steps, st.none() | runs), max_size=8),
    last=any_settings(),
    last_addresses=any_addresses(known=True),
)
def test_no_record_of_others_is_changed_and_the_zones_become_what_is_wished(
    first: Settings,
    addresses: tuple[Sighting, ...],
    foreign: list[Theirs],
    history: list[tuple[Step, Cut | None]],
    last: Settings,
    last_addresses: tuple[Sighting, ...],
) -> None:
    world = World(Paper(), first, addresses)
    for one in foreign:
        one.put_into(world.paper)
    world.run()
    for step, run in history:
        world.take(step)
        if run:
            world.run(cut_off=run[0], unread=run[1])
    world.wish, world.addresses = last, last_addresses
    changing = 0
    while world.run():
        changing += 1
        assert changing <= RUNS_TO_SETTLE
    world.check_wish()
