from __future__ import annotations

from stacks.model.values import Known, Unknown
from stacks.observe.cluster.hosts import HostAnswer, Hosts

NOW = 100.0


def test_names_that_do_not_resolve_are_asked_after_all_others() -> None:
    """So many that no round has a place for all of them would otherwise hold up those that come later."""
    hosts = Hosts()
    for name in ("a.test", "b.test", "c.test"):
        hosts.addresses(name)
    hosts.note({"a.test": HostAnswer(Unknown("no answer"), NOW), "c.test": HostAnswer(Known(("192.0.2.1",)), NOW)})
    assert hosts.due(NOW) == ("b.test", "c.test", "a.test")


def test_a_name_is_not_due_before_its_moment() -> None:
    hosts = Hosts()
    hosts.addresses("a.test")
    hosts.note({"a.test": HostAnswer(Known(("192.0.2.1",)), NOW)})
    assert hosts.due(NOW - 1) == ()
    assert hosts.next_due == NOW
