"""A plain `pulumi up` in the repository does what `truenorth up` does, on the same state."""

from __future__ import annotations

from lab import remote
from lab.plugin.cloudflare.api import RETRIES
from lab.plugin.cloudflare.provider import PACE
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside

DIGEST = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
OTHERS = {
    "NS": "ns1.example.net",
    "PTR": "host.example.net",
    "HTTPS": '1 . alpn="h3,h2" ipv4hint="192.0.2.1"',
    "SVCB": "0 svc.example.net",
    "TLSA": f"3 1 1 {DIGEST}",
    "SSHFP": f"4 2 {DIGEST}",
    "DS": f"2371 13 2 {DIGEST}",
    "NAPTR": '100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .',
    "LOC": "52 22 23.5 N 4 53 32 E -2m 1m 10000m 10m",
    "URI": '10 1 "https://www.example.com/"',
}


def test_a_plain_pulumi_up_gives_the_same_result_and_the_same_state(inside: Inside) -> None:
    inside.settings("www", {"name": "api", "ttl": 300})
    inside.pulumi("stack", "init", "--no-select")
    file = ("--config-file", str(inside.settings_file))
    inside.pulumi("up", "--yes", "--skip-preview", *file)
    assert inside.zone().keys() == {"www.example.com/A", "api.example.com/A"}
    assert inside.result("up")["changes"] == []
    assert inside.result("up", "--always")["changes"] == []
    unchanged = inside.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", *file)
    assert "7 unchanged" in unchanged.stdout


def test_sees_drift_and_puts_it_right(inside: Inside) -> None:
    inside.settings("www")
    inside.result("up")
    remote.edit_record(inside.places, {"id": inside.record("www")["id"], "content": "198.51.100.66"})
    inside.pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}


def test_records_of_every_type_are_quiet_under_plain_runs_that_refresh(inside: Inside) -> None:
    records = [
        {"name": "_sip._tcp", "type": "SRV", "content": ["10 5 5060 sip.example.net", "20 5 5060 sip.example.org"]},
        {"name": "@", "type": "MX", "content": "10 mail.example.net"},
        {"name": "@", "type": "CAA", "content": '0 issue "letsencrypt.org"'},
        {"name": "@", "type": "TXT", "content": "v=spf1 -all"},
        {"name": "blog", "type": "CNAME", "content": "blog.example.net"},
        *({"name": f"n-{kind.lower()}", "type": kind, "content": text} for kind, text in OTHERS.items()),
    ]
    inside.settings("www", records=records)
    inside.result("up")
    file = ("--config-file", str(inside.settings_file))
    for _ in range(2):
        inside.pulumi("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes", *file)
    assert inside.result("up", "--always")["changes"] == []


def test_a_fault_that_lasts_is_repeated_by_the_plugin_itself_for_minutes(inside: Inside) -> None:
    inside.settings("www", marks="none")
    inside.pulumi("stack", "init", "--no-select")
    remote.set_faults(inside.places, [{"effect": "server_error", "status": 500, "method": "POST"}])
    remote.forget_requests(inside.places)
    file = ("--config-file", str(inside.settings_file))
    pace = {PACE: "0.001"}  # a thousandth of the minutes
    told = inside.failing_pulumi("up", "--yes", "--skip-preview", *file, **pace)
    remote.set_faults(inside.places, [])
    assert "500 Internal Server Error" in told
    assert [method for method, _ in inside.calls()].count("POST") == 1 + RETRIES


def test_a_plain_pulumi_up_says_the_same_of_a_bad_setting_without_a_traceback(inside: Inside) -> None:
    inside.settings({"name": "www", "ttl": 5})
    inside.pulumi("stack", "init", "--no-select")
    told = inside.failing_pulumi("preview", "--config-file", str(inside.settings_file))
    assert "a ttl of 5 seconds is not possible" in told
    assert "Traceback" not in told
