"""`truenorth watch` with names of hosts in the network of the IPv6 address."""

from __future__ import annotations

from contextlib import ExitStack

from lab.addresses.http import serve_http
from lab.addresses.settable import Addresses
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching


def test_a_new_network_is_followed_by_every_host_and_an_unknown_one_changes_nothing(inside: Inside) -> None:
    inside.settings("www", {"name": "nas", "host6": "::5"}, {"name": "cam", "host6": "00:11:22:33:44:55"})
    world = Addresses(ipv6="2001:db8:1::7")
    with ExitStack() as servers:
        sources = [servers.enter_context(serve_http(world, "::1")) for _ in range(2)]
        wan = {"mode": "list", "sources": sources, "families": ["ipv6"], "web_interval": 1}
        watcher = servers.enter_context(watching(inside, **wan))
        told(watcher, "result")
        for network in ("2001:db8:1:", "2001:db8:2:"):
            assert inside.zone() == {
                "www.example.com/AAAA": f"{network}:7",
                "nas.example.com/AAAA": f"{network}:5",
                "cam.example.com/AAAA": f"{network}0:211:22ff:fe33:4455",
            }
            if network == "2001:db8:1:":
                world.ipv6 = None
                assert told(watcher, "address")["reason"]
                world.ipv6 = "2001:db8:2::7"
                told(watcher, "result")
        assert ended(watcher) == 0
