"""Which rule strikes when, and which makes sense."""

from __future__ import annotations

import pytest

from lab.api.faults import Effect, Fault, Faults


def test_the_first_rule_that_strikes_decides_and_is_used_up() -> None:
    faults = Faults()
    faults.set([Fault(Effect.DROP, times=1), Fault(Effect.THROTTLE, times=2), Fault(Effect.LOSE_ANSWER)])
    struck = [verdict.fault.effect for _ in range(5) if (verdict := faults.judge("GET", "/")).fault]
    assert struck == [Effect.DROP, Effect.THROTTLE, Effect.THROTTLE, Effect.LOSE_ANSWER, Effect.LOSE_ANSWER]
    assert [fault.times for fault in faults.rules()] == [0, 0, None]


def test_chance_repeats_itself_with_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(Fault(Effect.DROP, probability=0.3, seed=seed))
        return [faults.judge("GET", "/").fault is not None for _ in range(200)]

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert 30 < sum(run(7)) < 90


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"path": "("}, "regular expression"),
        ({"probability": 1.5}, "between 0 and 1"),
        ({"times": -1}, "negative"),
        ({"seconds": -1.0}, "negative"),
        ({"effect": Effect.SERVER_ERROR, "status": 404}, "500 to 599, or the edge's 403"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fault(**{"effect": Effect.DROP, **values})  # type: ignore[arg-type] # wrong on purpose


def test_a_clock_that_is_wrong_leaves_the_rest_to_the_rules_after_it() -> None:
    faults = Faults()
    faults.set([Fault(Effect.CLOCK, seconds=60, times=1), Fault(Effect.DROP)])
    first, second = faults.judge("GET", "/"), faults.judge("GET", "/")
    assert (first.ahead, second.ahead) == (60, 0)
    assert first.fault == second.fault == Fault(Effect.DROP)
