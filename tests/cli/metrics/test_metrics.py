"""The exposition as a whole: its formats, its names, and how big it grows."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from cli.events import Begun, Cause, Failure, Leadership, Role
from cli.metrics.metrics import Metrics
from stacks.model.api_calls import CALLS, Call
from stacks.model.claims import Complaint, ObjectKey
from stacks.plan.planner import make_plan
from tests.cli.metrics.telling import ADDRESS, UP, Told, converged, settled
from tests.stacks.plan.worlds import make_observation, make_settings

MANY = 5_000


def lively() -> Told:
    """Metrics that have heard of something of each kind."""
    told = Told()
    with told.metrics.listening():
        CALLS.publish(Call("cloudflare", "GET", 200, 0.25, (503,)))
    told.tell(Begun(), converged(runs=[UP]), Failure("away", 2.0, Cause.ENGINE), triggers=ADDRESS)
    return told


def test_it_is_text_unless_openmetrics_is_asked_for() -> None:
    told = lively()
    assert told.metrics.exposition()[1].startswith("text/plain; version=0.0.4")
    body, content_type = told.metrics.exposition("application/openmetrics-text; version=1.0.0, text/plain; q=0.5")
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    families = text_string_to_metric_families(body.decode())  # type: ignore[no-untyped-call] # the library's
    assert {"esddns_current_wan_ip_info", "truenorth_leader"} <= {family.name for family in families}


def test_openmetrics_says_which_convergence_took_so_long() -> None:
    body, _ = lively().metrics.exposition("application/openmetrics-text; version=1.0.0")
    assert re.search(
        r'truenorth_convergence_duration_seconds_bucket\{.*\} \d+\.0 # \{convergence="t"\} ', body.decode()
    )


def test_promtool_has_nothing_to_say_against_it() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool: install the package prometheus")
    body, _ = lively().metrics.exposition()
    done = subprocess.run([promtool, "check", "metrics"], input=body, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_six_names_of_the_esddns_operator_are_there() -> None:
    names = {
        "esddns_dns_updates_total": "counter",
        "esddns_dns_update_failures_total": "counter",
        "esddns_last_dns_update_timestamp": "gauge",
        "esddns_current_wan_ip_info": "gauge",
        "esddns_state_in_sync": "gauge",
        "esddns_service_health": "gauge",
    }
    told = lively()
    text = told.metrics.exposition()[0].decode()
    assert {name: re.findall(rf"# TYPE {name} (\w+)", text) for name in names} == {
        name: [kind] for name, kind in names.items()
    }
    assert all(told.series(name) for name in names)


def test_no_series_says_when_another_began() -> None:
    text = lively().metrics.exposition()[0].decode()
    assert re.findall(r"\w+_created\b", text) == []


def test_five_thousand_names_are_as_many_series_as_one() -> None:
    few, many = Told(), Told()
    names = [f"n{number}" for number in range(MANY)]
    few.tell(converged(runs=[UP]), triggers=ADDRESS)
    many.tell(converged(make_settings(*names), runs=[UP]), triggers=ADDRESS)
    assert many.value("truenorth_records_owned", zone="example.com", type="A") == MANY
    assert many.size() == few.size()


def test_what_comes_from_objects_and_providers_is_in_no_label() -> None:
    told = Told()
    said = "stranger-said"
    complaint = Complaint(ObjectKey("home", "Ingress", said, said), said, said, said, said)
    done = settled()
    told.tell(replace(done, plan=replace(done.plan, complaints=(complaint,))), Failure(said, 2.0))
    told.tell(Leadership(Role.LEADER, said, said, reason=said))
    assert said.encode() not in told.metrics.exposition()[0]


def test_several_of_them_do_not_disturb_each_other() -> None:
    one, other = Told(Metrics()), Told(Metrics())
    one.tell(settled())
    assert other.value("truenorth_convergences_total", outcome="unchanged") == 0


def test_a_scrape_never_sees_half_a_plan() -> None:
    """While another thread tells of plans that have both zones' series or none, each scrape has both or none."""
    told = Told()
    settings, observation = make_settings("www", "api"), make_observation(ipv6="2001:db8::7")
    plan = make_plan(settings, observation)
    full = replace(settled(), plan=plan)
    empty = replace(full, plan=replace(plan, record_sets=()))
    done = threading.Event()

    def tell() -> None:
        for _ in range(300):
            told.tell(full, empty)
        done.set()

    teller = threading.Thread(target=tell)
    teller.start()
    sizes = set()
    while not done.is_set():
        sizes.add(len(told.series("truenorth_records_owned")))
    teller.join()
    assert sizes <= {0, 2}
