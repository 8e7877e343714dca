"""Tokens, plans and name servers, on the lab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.doctor.plan_limits import beyond, quota
from cli.doctor.zones import delegated, delegation, zone
from lab import remote
from lab.world import Places
from stacks.model.errors import ObservationError, UserError
from stacks.model.values import ZoneSnapshot
from stacks.observe.zone.visible import DNS_EDIT, VisibleZone
from stacks.settings.stack import Settings
from tests.cli.doctor.conftest import Admit, told
from tests.stacks.plan.worlds import make_settings

READ_ONLY = "read-only-0123456789abcdefghijklmnopqrstuv1"
FREE = VisibleZone("cloudflare", "example.com", "1", plan="free", permissions=frozenset({DNS_EDIT}))
EMPTY = ZoneSnapshot("example.com", "1", ())


class TestATokenOfCloudflare:
    def test_that_is_right(self, admit: Admit) -> None:
        examined = admit()
        assert told(zone(examined, examined.settings)) == [("ok", "0 records, plan pro")]

    def test_that_is_wrong(self, admit: Admit) -> None:
        examined = admit({"CLOUDFLARE_API_TOKEN": "x" * 40})
        with pytest.raises(UserError, match="Cloudflare refuses the credentials"):
            told(zone(examined, examined.settings))

    def test_that_is_not_there(self, admit: Admit) -> None:
        examined = admit({"CLOUDFLARE_API_TOKEN": ""})
        assert told(zone(examined, examined.settings)) == [("failed", "there are no credentials for Cloudflare")]

    def test_that_may_only_read(self, ward: Places, admit: Admit) -> None:
        remote.add_token(ward, READ_ONLY, "example.com", ["#zone:read", "#dns_records:read"])
        examined = admit({"CLOUDFLARE_API_TOKEN": READ_ONLY})
        assert told(zone(examined, examined.settings)) == [
            ("failed", "the token may not edit records"),
            ("ok", "0 records, plan pro"),
        ]

    def test_that_does_not_see_the_zone(self, ward: Places, admit: Admit) -> None:
        other = "other-zone-0123456789abcdefghijklmnopqrst"
        remote.add_token(ward, other, "free.example")
        examined = admit({"CLOUDFLARE_API_TOKEN": other})
        what = "there is no zone example.com that this token can see; it sees: free.example"
        assert told(zone(examined, examined.settings)) == [("failed", what)]

    def test_that_may_not_balance_where_that_is_wanted(self, ward: Places, admit: Admit) -> None:
        plain = "no-balancing-0123456789abcdefghijklmnopqr"
        remote.add_token(ward, plain, "example.com", ["#zone:read", "#dns_records:edit"])
        geo = {"cluster": "fra", "location": "eu", "hostname": "app.example.com", "wan": True}
        examined = admit({"CLOUDFLARE_API_TOKEN": plain}, geo=geo)
        what = "the token may not edit load balancers, and truenorth:geo is set"
        assert ("failed", what) in told(zone(examined, examined.settings))

    def test_is_not_judged_where_the_api_is_away(self, admit: Admit) -> None:
        examined = admit({"CLOUDFLARE_BASE_URL": "http://127.0.0.1:9/client/v4"})
        with pytest.raises(ObservationError, match="Cloudflare could not be asked"):
            told(zone(examined, examined.settings))


class TestATokenOfGandi:
    def test_that_is_right(self, ward: Places, admit: Admit) -> None:
        examined = admit(zone=ward.gandi_zone, provider="gandi")
        assert told(zone(examined, examined.settings))[0][0] == "ok"

    def test_that_is_wrong(self, ward: Places, admit: Admit) -> None:
        examined = admit({"GANDI_PERSONAL_ACCESS_TOKEN": "wrong"}, zone=ward.gandi_zone, provider="gandi")
        with pytest.raises(UserError, match="Gandi refuses the credentials"):
            told(zone(examined, examined.settings))


def test_a_zone_that_is_not_served_yet_is_told(admit: Admit) -> None:
    examined = admit(zone="new.example")
    assert ("failed", "the zone is pending: nobody is answered from it") in told(zone(examined, examined.settings))


class TestNameServers:
    def test_that_answer(self, ward: Places, admit: Admit) -> None:
        examined = admit()
        assert told(delegation(examined, examined.settings)) == [("ok", f"{ward.dns} answer")]

    def test_that_do_not(self, admit: Admit) -> None:
        examined = admit({"TRUENORTH_NAME_SERVERS": '["127.0.0.1:9"]'})
        ((level, what),) = told(delegation(examined, examined.settings))
        assert (level, what.startswith("127.0.0.1:9 does not answer: ")) == ("warning", True)

    def test_of_a_view_that_nobody_knows_are_not_those_of_everybody(self, admit: Admit) -> None:
        place = {"provider": "webhook", "webhook": {"url": "http://127.0.0.1:9"}}
        inside = {"zone": "example.com", "view": "inside", "names": ["nas"], **place}
        examined = admit(zone="", names=[], zones=[{"zone": "example.com", "names": ["www"]}, inside])
        (found,) = told(delegation(examined, examined.settings.each_zone()[1]))
        assert found == ("warning", "nobody is asked: those of the view inside are not known")

    def test_that_are_the_providers_are_right_however_they_are_spelled(self) -> None:
        assert list(delegated("it", "example.com", ("ns.example.net",), ("NS.Example.net.",))) == []

    def test_that_are_others_have_not_what_is_written(self) -> None:
        (found,) = delegated("it", "example.com", ("lola.ns.example",), ("ns1.parked.example", "lola.ns.example"))
        assert found.what.startswith("the zone is delegated to ns1.parked.example, which do not have")
        assert found.do == "have the registrar delegate example.com to lola.ns.example"

    def test_are_not_judged_where_the_provider_does_not_name_its_own(self) -> None:
        assert list(delegated("it", "example.net", (), ("ns1.elsewhere.example",))) == []


def limits(settings: Settings, visible: VisibleZone = FREE, there: ZoneSnapshot = EMPTY) -> list[tuple[str, str]]:
    return told(beyond("it", settings, visible, there, ["ipv4"]))


class TestThePlan:
    def test_of_a_new_free_zone_has_few_records(self) -> None:
        assert quota(FREE) == quota(replace(FREE, created="2024-09-01T00:00:00Z")) == 200
        assert quota(replace(FREE, created="2024-08-31T23:59:59Z")) == 1_000
        assert quota(replace(FREE, plan="pro")) == 3_500
        assert quota(replace(FREE, plan="enterprise")) is None

    def test_that_has_room_is_not_spoken_of(self) -> None:
        assert limits(make_settings("www", "api")) == []

    def test_that_is_full_or_nearly_so_is_told(self) -> None:
        nearly = make_settings(*(f"n{number}" for number in range(91)))
        assert limits(nearly) == [("warning", "the zone has 0 records, 182 more are to come, and its plan allows 200")]
        full = make_settings(*(f"n{number}" for number in range(101)))
        assert limits(full) == [("failed", "the zone has 0 records, 202 more are to come, and its plan allows 200")]
        assert limits(make_settings(*(f"n{number}" for number in range(101)), marks="comment")) == []

    def test_has_a_shortest_ttl(self) -> None:
        low = make_settings({"name": "www", "ttl": 30})
        assert limits(low) == [("failed", "a ttl of 30 seconds takes the Enterprise plan")]
        assert limits(low, replace(FREE, plan="enterprise")) == []

    def test_stores_short_comments_and_no_tags(self) -> None:
        long = make_settings("www", comment="c" * 120, comment_limit=500, tag_limit=5)
        assert [what for _, what in limits(long)] == [
            "the plan stores comments of 100 characters, not 500",
            "the plan stores comments of 100 characters; one has 120",
            "the plan has no tags, and tag_limit is set",
        ]
        assert limits(long, replace(FREE, plan="business")) == []
