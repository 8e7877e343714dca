"""The check of the campaign `daemon`, and its witness: they must be able to fail."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench.campaigns.daemon.check import differing
from bench.campaigns.daemon.pods import Write
from bench.campaigns.daemon.witness import Holding, Witness, note
from bench.campaigns.wrong import WrongError
from components.marks import ownership

WWW, API = "www.example.com", "api.example.com"
WISHED = {WWW: "203.0.113.7"}


def record(name: str = WWW, content: str = "203.0.113.7", kind: str = "A") -> dict[str, Any]:
    return {"name": name, "type": kind, "content": content}


def mark(name: str = WWW) -> dict[str, Any]:
    content = ownership.encode(ownership.Mark("truenorth", "daemon", "settings/names/www"))
    return record(ownership.mark_name(name, "A"), content, "TXT")


class TestTheZone:
    def test_as_wished_is_right(self) -> None:
        assert differing(WISHED, [record(), mark()], set()) == ""

    def test_without_a_name_that_somebody_else_has_is_right(self) -> None:
        assert differing(WISHED, [], {WWW}) == ""

    def test_with_ours_beside_theirs_is_right(self) -> None:
        assert differing(WISHED, [record(), mark()], {WWW}) == ""

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            pytest.param([], set(), id="nothing"),
            pytest.param([record()], set(), id="no mark"),
            pytest.param([mark()], set(), id="no record"),
            pytest.param([record(content="203.0.113.8"), mark()], set(), id="another address"),
            pytest.param([record(), record(), mark()], set(), id="twice"),
            pytest.param([record(), mark(), mark()], set(), id="the mark twice"),
            pytest.param([record(), record(content="203.0.113.8"), mark()], set(), id="the old address too"),
            pytest.param([record(), mark(), record(API), mark(API)], set(), id="a name that is not wished for"),
            pytest.param([mark()], {WWW}, id="a mark at theirs"),
            pytest.param([record()], {WWW}, id="a record beside theirs without a mark"),
        ],
    )
    def test_otherwise_is_wrong(self, ours: list[dict[str, Any]], theirs: set[str]) -> None:
        assert differing(WISHED, ours, theirs)


class TestTheWitness:
    """A lease lasts 3 s; half a second more is given."""

    def check(self, holdings: list[Holding], *writes: Write) -> None:
        witness = Witness(3.0)
        witness.holdings.extend(holdings)
        witness.writes.extend(writes)
        witness.one_at_a_time()

    @pytest.mark.parametrize("moment", [9.8, 10.0, 12.0, 13.4])
    def test_lets_a_leader_write_while_its_lease_lasts(self, moment: float) -> None:
        self.check([Holding(10.0, "north_1")], Write(moment, "north", "POST /"))

    def test_lets_one_write_after_the_other(self) -> None:
        held = [Holding(10.0, "north_1"), Holding(12.0, ""), Holding(12.1, "south_1"), Holding(14.0, "south_1")]
        self.check(held, Write(11.9, "north", "POST /"), Write(12.2, "south", "POST /"))

    @pytest.mark.parametrize(
        "write",
        [
            pytest.param(Write(9.0, "north", "POST /"), id="before it leads"),
            pytest.param(Write(12.7, "north", "POST /"), id="after it gave the lease back"),
            pytest.param(Write(13.5, "north", "POST /"), id="while another leads"),
            pytest.param(Write(11.0, "south", "POST /"), id="as a standby"),
            pytest.param(Write(16.7, "south", "POST /"), id="after its lease has run out"),
        ],
    )
    def test_notices_who_writes_without_the_lease(self, write: Write) -> None:
        held = [Holding(10.0, "north_1"), Holding(11.5, "north_1"), Holding(12.0, ""), Holding(13.0, "south_1")]
        with pytest.raises(WrongError, match=f"{write.pod} wrote without the lease"):
            self.check(held, write)

    @pytest.mark.parametrize("seconds", [60, 0, -3_600])
    def test_takes_what_it_hears_late_for_as_old_as_the_api_server_says(self, seconds: int) -> None:
        before = time.monotonic()
        changed = datetime.now(UTC) - timedelta(seconds=seconds)
        written = [{"manager": "north", "time": changed.strftime("%Y-%m-%dT%H:%M:%SZ")}]
        lease = {"metadata": {"name": "lease", "managedFields": written}, "spec": {"holderIdentity": "north_1"}}
        witness = Witness(3.0)
        note(lease, "lease", witness)
        (held,) = witness.holdings
        assert before - max(seconds, 0) <= held.moment <= time.monotonic() - max(seconds - 1, 0)

    @pytest.mark.parametrize(
        ("kinds", "takes_part"),
        [
            ([], True),
            (["watching"], False),
            (["watching", "leadership", "result"], True),
            (["watching", "leadership", "watching"], False),
        ],
        ids=["it told both long ago", "it only starts", "it has heard who leads", "it starts again"],
    )
    def test_knows_whether_a_pod_takes_part_in_the_election(self, kinds: list[str], takes_part: bool) -> None:  # noqa: FBT001 - a table
        witness = Witness(3.0)
        witness.lines += [(10.0, "north", {"event": kind}) for kind in kinds]
        witness.lines += [(10.0, "south", {"event": "watching"})]
        assert witness.takes_part("north") is takes_part
