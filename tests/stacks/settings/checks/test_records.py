from __future__ import annotations

import pytest

from stacks.plan.desired.endpoints import addresses_by_link, endpoints
from tests.stacks.plan.worlds import make_observation
from tests.stacks.settings.reading import read, refused


def mx(*contents: str) -> dict[str, object]:
    return {"name": "@", "type": "MX", "content": [*contents]}


def test_a_host_is_completed_with_the_zone_of_its_record() -> None:
    settings = read(
        records=[mx("10 mail", "20 mail.example.org")], zones=[{"zone": "example.net", "records": [mx("5 @")]}]
    )
    found = [
        one for zone in settings.each_zone() for one in endpoints(zone, addresses_by_link(make_observation().addresses))
    ]
    assert [one.targets.value for one in found] == [  # type: ignore[union-attr] # they are known
        ("10 mail.example.com", "20 mail.example.org"),
        ("5 example.net",),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("10 s1._domainkey", "write s1._domainkey.example.com for the one in the zone"),
        ("10 203.0.113.7", "'203.0.113.7' is an IP address, which is no host name"),
    ],
)
def test_a_host_that_can_be_nowhere_is_refused(content: str, said: str) -> None:
    message = refused(records=[mx(content)])
    assert said in message
    assert "truenorth:records[0].content" in message


def test_a_host_with_a_dot_that_is_also_a_name_of_the_zone_is_asked_about() -> None:
    message = refused(names=["mail.dev.example.com"], records=[mx("10 mail.dev")])
    assert "'mail.dev' could be mail.dev.example.com, which the settings have, or a host elsewhere" in message
    assert "write mail.dev.example.com, or mail.dev. with a dot at its end" in message
    read(names=["mail.dev.example.com"], records=[mx("10 mail.dev.")])
    read(names=["mail.dev.example.com"], records=[mx("10 mail.dev.example.com")])


@pytest.mark.parametrize("zone", ["example.org", "example.com"])
def test_a_record_whose_name_lies_in_another_zone_is_answered_with_the_form_to_write(zone: str) -> None:
    other = {"example.org": "example.com", "example.com": "example.org"}[zone]
    record = {"name": f"www.{other}", "type": "TXT", "content": "x"}
    message = refused(zone=zone, zones=[{"zone": other}], records=[record])
    assert f"'www.{other}' would be www.{other}.{zone}, and {other} is a zone of its own here" in message
    assert f"write it under the zone {other}" in message


def test_a_record_below_a_zone_of_its_own_in_full_is_left_where_it_is_written() -> None:
    read(zones=[{"zone": "dev.example.com"}], records=[{"name": "a.dev.example.com", "type": "TXT", "content": "x"}])
