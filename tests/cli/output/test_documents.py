from __future__ import annotations

from ipaddress import ip_address

import pytest

from cli.output.documents import addresses_document, complaint_document, convergence_document, source_document
from cli.reconcile.result import Convergence
from stacks.model.claims import Complaint, ObjectKey, SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Family, Frozen, Known, Sighting, Unknown

HOME = ("home", "ingress", "Ingress")
COMPLAINT = Complaint(ObjectKey("home", "Ingress", "shop", "web"), "truenorth/ttl", "soon", "seconds", "web: bad")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SourceSighting(*HOME, Known(())), (True, False, "")),
        (SourceSighting(*HOME, Known(()), stale="refused"), (True, False, "refused")),
        (SourceSighting(*HOME, Unknown("refused")), (False, False, "refused")),
        (SourceSighting(*HOME, Unknown("no such kind"), waiting=True), (False, True, "no such kind")),
    ],
)
def test_a_source_says_whether_it_is_known_and_why_not(
    source: SourceSighting, expected: tuple[bool, bool, str]
) -> None:
    known, waiting, reason = expected
    assert source_document(source) == {
        "cluster": "home",
        "source": "ingress",
        "known": known,
        "waiting": waiting,
        "reason": reason,
    }


def test_a_complaint_names_its_object_and_what_is_allowed() -> None:
    assert complaint_document(COMPLAINT) == {
        "object": {"cluster": "home", "kind": "Ingress", "namespace": "shop", "name": "web"},
        "annotation": "truenorth/ttl",
        "value": "soon",
        "allowed": "seconds",
        "text": "web: bad",
    }


def test_a_convergence_has_what_stays_and_who_has_to_know() -> None:
    plan = Plan((), (), (Frozen("www.example.com", "A", ("192.0.2.1",), "refused"),), complaints=(COMPLAINT,))
    observation = Observation((), (), Registry(), (SourceSighting(*HOME, Unknown("refused")),))
    found = convergence_document(Convergence(observation, plan, (), (), 0.0))
    assert found["frozen"] == [
        {"name": "www.example.com", "type": "A", "kept": ["192.0.2.1"], "reason": "refused"},
    ]
    assert found["complaints"] == [complaint_document(COMPLAINT)]
    assert found["sources"] == [source_document(one) for one in observation.sources]


def test_addresses_of_links_are_by_name_and_null_where_they_are_unknown() -> None:
    addresses = (
        Sighting(WAN, Family.IPV4, Known((ip_address("203.0.113.7"),))),
        Sighting("lte", Family.IPV4, Unknown("silence")),
    )
    seen = Convergence(Observation(addresses, (), Registry()), Plan((), (), ()), (), (), 0.0)
    assert addresses_document(seen) == {"ipv4": ["203.0.113.7"], "links": {"lte": {"ipv4": None}}}
