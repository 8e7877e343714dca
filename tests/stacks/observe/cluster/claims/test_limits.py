from __future__ import annotations

from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known
from stacks.observe.cluster.claims.limits import within_limits
from stacks.observe.cluster.claims.source import Options

WEB = ObjectKey("home", "Ingress", "shop", "web")
FEW = Options(names_per_object=3, targets_per_name=2)


def asks(name: str, *addresses: str, record_type: str = "A") -> Claim:
    return Claim(f"{name}.example.com", record_type, Known(addresses or ("192.0.2.1",)), WEB, "")


def names(*found: Claim | Complaint) -> list[str]:
    return [one.name for one in within_limits(found, FEW) if isinstance(one, Claim)]


def told(*found: Claim | Complaint) -> list[Complaint]:
    return [one for one in within_limits(found, FEW) if isinstance(one, Complaint)]


class TestNames:
    MANY = tuple(asks(f"n{number}") for number in range(14_000))

    def test_beyond_the_limit_are_left_out_with_one_complaint_for_all(self) -> None:
        assert names(*self.MANY) == ["n0.example.com", "n1.example.com", "n2.example.com"]
        (complaint,) = told(*self.MANY)
        assert complaint.object == WEB
        assert "n3.example.com and all after it are left out" in complaint.text

    def test_that_are_left_out_keep_the_records_that_they_have(self) -> None:
        assert told(*self.MANY)[0].hides_names

    def test_of_several_types_count_once(self) -> None:
        both = [asks(name, record_type=kind) for name in ("a", "b", "c") for kind in ("A", "AAAA")]
        assert (len(names(*both)), told(*both)) == (6, [])

    def test_of_other_complaints_none_is_lost(self) -> None:
        other = Complaint(WEB, "truenorth/ttl", "soon", "seconds", "bad")
        assert told(other, *self.MANY)[0] is other


def test_targets_beyond_the_limit_are_left_out_and_the_name_goes_on() -> None:
    found = [*within_limits([asks("a", "192.0.2.1", "192.0.2.2", "192.0.2.3")], FEW)]
    (claim,) = (one for one in found if isinstance(one, Claim))
    (complaint,) = (one for one in found if isinstance(one, Complaint))
    assert claim.targets == Known(("192.0.2.1", "192.0.2.2"))
    assert "a.example.com has too many targets; 2 targets at most" in complaint.text
    assert not complaint.hides_names
