"""The listing of a zone at a real BIND 9, and the records of state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from components.records.record import Record
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.observe.zone import rfc2136
from stacks.settings.credentials import Credentials
from tests.bind import KEY, SECRET, WEAK_SECRET, ZONE, Bind, running
from tests.other_name_servers import knot, powerdns

RECORDS = """\
www 300 IN A 192.0.2.2
www 300 IN A 192.0.2.1
*.apps 600 IN CNAME WWW
@ 300 IN MX 10 mail
text 300 IN TXT "one" "two"
"""


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    with running(tmp_path_factory.mktemp("bind"), records=RECORDS) as made:
        yield made


def given(bind: Bind, secret: str = SECRET, key: str = KEY) -> Credentials:
    return Credentials(token=secret, own_variable="RFC2136_TSIG_SECRET", place=(bind.server, key, "hmac-sha256"))


def record(name: str, kind: str, content: str, ttl: int = 300) -> Record:
    return Record(f"{name}.{ZONE}".lstrip("."), kind, content, ttl, proxied=False, comment="")


def test_a_snapshot_has_whole_sets_in_canonical_form_without_what_the_server_makes_itself(bind: Bind) -> None:
    found = rfc2136.snapshot(given(bind), ZONE, ZONE)
    assert (found.zone, found.zone_id) == (ZONE, ZONE)
    assert {one.id: one.record for one in found.records} == {
        f"{ZONE}/www/A": record("www", "A", "192.0.2.1\n192.0.2.2"),
        f"{ZONE}/*.apps/CNAME": record("*.apps", "CNAME", f"www.{ZONE}", 600),
        f"{ZONE}/@/MX": record("", "MX", f"10 mail.{ZONE}"),
        f"{ZONE}/text/TXT": record("text", "TXT", '"onetwo"'),
        f"{ZONE}/@/NS": record("", "NS", f"ns1.{ZONE}", 3600),
        f"{ZONE}/ns1/A": record("ns1", "A", "127.0.0.1", 3600),
    }


def test_a_resource_in_state_is_the_same_record_as_in_the_zone(bind: Bind) -> None:
    inputs = {"zone": ZONE, "name": "www", "type": "A", "ttl": 300.0, "values": ["192.0.2.2", "192.0.2.1"]}
    urn = f"urn:pulumi:test::truenorth::truenorth:dns:OwnedRecord$truenorth:dns:RecordSet::www.{ZONE}/A"
    registered = rfc2136.registered({"urn": urn, "id": f"{ZONE}/www/A", "inputs": inputs})
    live = {one.id: one.record for one in rfc2136.snapshot(given(bind), ZONE, ZONE).records}
    assert (registered.provider, registered.zone_id) == ("rfc2136", ZONE)
    assert live[registered.id] == registered.record


def test_a_zone_is_seen_by_its_name_alone(bind: Bind) -> None:
    assert [one.name for one in rfc2136.visible_zones(given(bind), ZONE)] == [ZONE]
    assert rfc2136.visible_zones(given(bind), "") == []


@pytest.mark.parametrize(
    ("secret", "key", "zone", "reason"),
    [
        (WEAK_SECRET, KEY, ZONE, "another secret"),
        (SECRET, "nobody", ZONE, "does not know it"),
        (SECRET, KEY, "other.example", "REFUSED"),
    ],
)
def test_what_the_server_refuses_is_for_the_user_to_mend(
    bind: Bind, secret: str, key: str, zone: str, reason: str
) -> None:
    with pytest.raises(ProviderRefused, match=reason) as raised:
        rfc2136.snapshot(given(bind, secret, key), zone, zone)
    assert "allow-transfer" in str(raised.value)
    assert secret not in str(raised.value)


def test_a_server_that_is_gone_may_come_back() -> None:
    away = Credentials(token=SECRET, place=("127.0.0.1:1", KEY, "hmac-sha256"))
    with pytest.raises(ObservationError, match="cannot be reached"):
        rfc2136.snapshot(away, ZONE, ZONE)


class TestSeveralServers:
    def test_are_asked_in_their_order_until_one_answers(self, bind: Bind) -> None:
        before = len(bind.log)
        away = replace(given(bind), place=("127.0.0.1:1", KEY, "hmac-sha256"), further=(bind.server, "127.0.0.1:2"))
        assert rfc2136.snapshot(away, ZONE, ZONE) == rfc2136.snapshot(given(bind), ZONE, ZONE)
        assert [one.name for one in rfc2136.visible_zones(away, ZONE)] == [ZONE]
        assert bind.log[before:].count("AXFR started") == 2

    def test_that_are_silent_are_told_each(self) -> None:
        away = Credentials(token=SECRET, place=("127.0.0.1:1", KEY, "hmac-sha256"), further=("127.0.0.1:2",))
        with pytest.raises(ObservationError, match=r"127\.0\.0\.1:1 cannot .*; 127\.0\.0\.1:2 cannot be reached"):
            rfc2136.snapshot(away, ZONE, ZONE)

    def test_are_not_asked_once_one_has_refused(self, bind: Bind) -> None:
        refusing = replace(given(bind, WEAK_SECRET), further=("127.0.0.1:1",))
        with pytest.raises(ProviderRefused, match="another secret"):
            rfc2136.snapshot(refusing, ZONE, ZONE)


@pytest.mark.parametrize("running_other", [knot, powerdns])
@pytest.mark.parametrize(("key", "secret"), [("nobody", SECRET), (KEY, WEAK_SECRET)])
def test_a_key_that_another_make_of_server_refuses_is_for_the_user_to_mend_too(
    tmp_path: Path, running_other: Callable[[Path], AbstractContextManager[Bind]], key: str, secret: str
) -> None:
    with running_other(tmp_path / "other") as other, pytest.raises(ProviderRefused, match=f"the key {key} "):
        rfc2136.snapshot(given(other, secret, key), ZONE, ZONE)
