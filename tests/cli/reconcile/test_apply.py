from __future__ import annotations

import pytest

from cli.engine.events import Diagnostic, Step
from cli.engine.failure import RunFailed
from cli.engine.run import Run
from cli.reconcile.apply import _told
from cli.reconcile.converge import _is_contended
from stacks.model.errors import ObservationError

BALANCING = 'PUT "http://127.0.0.1:1/***/CLOUDFLARE_BASE_URL/zones/0/load_balancers/1": 412 Precondition Failed {}'
RECORDS = 'POST "http://127.0.0.1:1/***/CLOUDFLARE_BASE_URL/zones/0/dns_records": 500 Internal Server Error {}'


def failure(message: str, *, interrupted: bool = False) -> RunFailed:
    step = Step("failed", "update", "urn::app", "t")
    run = Run("up", 255, 1.0, (step,), (Diagnostic("error", message, "urn::app"),), None)
    return RunFailed("the API answers", runs=(run,), interrupted=interrupted)


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([failure(BALANCING)], True),
        ([failure(BALANCING), failure(BALANCING)], True),
        ([failure(BALANCING)] * 9, True),
        ([failure(RECORDS)], False),
        ([failure(BALANCING), failure(RECORDS)], False),
        ([failure(BALANCING), failure(BALANCING, interrupted=True)], False),
    ],
)
def test_several_shards_that_fail_at_what_others_write_are_tried_again_as_one_is(
    failures: list[RunFailed],
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    told = _told(failures)
    assert isinstance(told, RunFailed)
    assert len(told.runs) == len(failures)
    assert _is_contended(told) is expected


def test_what_a_person_has_to_mend_is_told_before_the_engines_messages() -> None:
    unread = ObservationError("the state cannot be read")
    assert _told([failure(BALANCING), unread]) is unread
