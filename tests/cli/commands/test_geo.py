"""`truenorth geo status` on the lab's API: what it shows, and what it says where something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.exit_codes import FAILED, UNUSABLE
from components.geo.marks import PoolMark, encode, text
from lab.api.faults import Effect, Fault
from lab.cloudflare.load_balancing.health import Health
from lab.cloudflare.model import Permission
from lab.kube.cluster import Cluster
from tests.cli.conftest import INHERITED, ROOT
from tests.cli.in_process import truenorth
from tests.cluster.objects import gateway, ingress
from tests.cluster.place import Place as Namespace
from tests.cluster.place import make_place
from tests.geo import APP, ZONE, Place, account

POOL = "k8s-pool-home-eu"
ROUTE = {"dns.external/geo-route": "true"}


@dataclass(frozen=True)
class Geo:
    """`truenorth geo status` in a place of its own."""

    place: Place
    settings: Path

    def run(
        self,
        *arguments: str,
        variables: dict[str, str] | None = None,
        **others: Any,  # noqa: ANN401 - any setting
    ) -> subprocess.CompletedProcess[str]:
        """Run it; without other settings this stack has addresses of its own in one load balancer."""
        own = {"cluster": "home", "location": "eu", "hostname": APP, "addresses": ["203.0.113.7"]}
        values = {"zone": ZONE, "owner": "stack", "geo": own, **others}
        self.settings.write_text(yaml.safe_dump({"config": {f"truenorth:{key}": one for key, one in values.items()}}))
        environment = {key: os.environ[key] for key in INHERITED if key in os.environ} | {
            "CLOUDFLARE_BASE_URL": self.place.credentials.base_url,
            "CLOUDFLARE_API_TOKEN": self.place.credentials.token,
            "TRUENORTH_SETTINGS": str(self.settings),
            "HOME": str(self.settings.parent),
            "NO_COLOR": "1",
            "COLUMNS": "80",
            "PYTHONUTF8": "1",
        }
        return truenorth(ROOT, environment | (variables or {}), "geo", "status", *arguments)

    def shown(self, **others: Any) -> str:  # noqa: ANN401 - any setting
        """What it shows, which must succeed."""
        done = self.run(**others)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def notes(self, **others: Any) -> list[str]:  # noqa: ANN401 - any setting
        """What it says besides the tables; it must succeed."""
        done = self.run("--json", **others)
        assert done.returncode == 0, done.stderr
        found: list[str] = json.loads(done.stdout)["notes"]
        return found

    def refused(self, **others: Any) -> str:  # noqa: ANN401 - any setting
        """Its one message, with what is wrong, where, and what to do."""
        done = self.run(**others)
        assert done.returncode == UNUSABLE, done.stdout + done.stderr
        assert all(part in done.stderr for part in ("error: ", "  where: ", "  do:    "))
        assert "Traceback" not in done.stderr
        return done.stderr

    def failing(self) -> str:
        """Its message where the world is to blame."""
        done = self.run()
        assert done.returncode == FAILED, done.stdout + done.stderr
        assert done.stderr.startswith("failed: ")
        assert "Traceback" not in done.stderr
        return done.stderr

    def pool(self, *addresses: str) -> str:
        description = encode(text("home", "eu"), PoolMark("stack", (APP,)))
        return self.place.pool(POOL, *addresses, monitor=self.place.monitor(), description=description)


@pytest.fixture
def geo(tmp_path: Path) -> Iterator[Geo]:
    with account() as place:
        yield Geo(place, tmp_path / "Pulumi.demo.yaml")


class TestWhatIsShown:
    def test_is_each_load_balancer_with_its_pools(self, geo: Geo) -> None:
        other = geo.place.pool("by-hand", "198.51.100.1", latitude=40.7, longitude=-74)
        geo.place.balancer(geo.pool("203.0.113.7"), other, steering_policy="proximity", proxied=True)
        geo.place.cloudflare.load_balancing.health.set("203.0.113.7", Health.UP)
        lines = [" ".join(line.split()) for line in geo.shown().splitlines()]
        assert lines[:6] == [
            f"{APP} proximity, proxied",
            "pool, origins place, address health owner, weight",
            f"{POOL} eu 50.0N 8.5E healthy stack, ours, fallback",
            "o0 203.0.113.7 healthy 1",
            "by-hand 40.7N 74.0W not checked no mark",
            "o0 198.51.100.1 1",
        ]
        assert len(lines) == 7  # and an empty one

    def test_is_a_document_with_json(self, geo: Geo) -> None:
        geo.place.balancer(geo.pool("203.0.113.7"))
        document = json.loads(geo.run("--json").stdout)
        assert document["owner"] == "stack"
        assert [one["name"] for one in document["load_balancers"][0]["pools"]] == [POOL]

    def test_is_what_others_have_where_this_stack_has_no_part_in_it(self, geo: Geo) -> None:
        geo.place.balancer(geo.place.pool("by-hand"))
        assert "by-hand" in geo.shown(geo={})

    def test_asks_for_the_zone_the_account_and_the_health_of_checked_pools(self, geo: Geo) -> None:
        geo.place.balancer(geo.pool("203.0.113.7"), geo.place.pool("by-hand"))
        geo.shown()
        assert len(geo.place.cloudflare.requests) == 5

    def test_is_nothing_where_nothing_is(self, geo: Geo) -> None:
        assert f"there is no load balancer in {ZONE}" in geo.shown()
        assert f"{APP} has no load balancer yet: truenorth up makes it" in geo.shown()


class TestSettings:
    def test_without_a_location(self, geo: Geo) -> None:
        said = geo.refused(geo={}, variables={"CF_LB_HOSTNAME": APP})
        assert "the location of geo load balancing is missing" in said
        assert "GEO_LOCATION" in said

    def test_with_a_location_that_nobody_knows(self, geo: Geo) -> None:
        said = geo.refused(geo={}, variables={"CF_LB_HOSTNAME": APP, "GEO_LOCATION": "mars"})
        assert "environment variable GEO_LOCATION" in said
        assert "eu, us_east, us_west or asia" in said

    def test_with_a_weight_that_is_none(self, geo: Geo) -> None:
        said = geo.refused(geo={}, variables={"GEO_LOCATION": "eu", "CF_ORIGIN_WEIGHT": "101"})
        assert "environment variable CF_ORIGIN_WEIGHT" in said
        assert "write a whole number from 1 to 100" in said

    def test_without_a_token(self, geo: Geo) -> None:
        said = geo.refused(variables={"CLOUDFLARE_API_TOKEN": ""})
        assert "CLOUDFLARE_API_TOKEN is not set" in said

    def test_without_a_zone_at_cloudflare(self, geo: Geo) -> None:
        said = geo.refused(geo={}, provider="gandi", variables={"GANDI_PERSONAL_ACCESS_TOKEN": "x"})
        assert "no zone of this stack has load balancing" in said

    def test_with_the_variables_of_external_dns_cloudflare_geo_alone(self, geo: Geo) -> None:
        variables = {"CF_ACCOUNT_ID": geo.place.account_id, "CF_ZONE_ID": geo.place.zone_id(), "GEO_LOCATION": "eu"}
        variables |= {"CLOUDFLARE_API_TOKEN": "", "CF_API_TOKEN": geo.place.credentials.token}
        own = {"hostname": APP, "addresses": ["203.0.113.7"]}
        assert "has no load balancer yet" in geo.shown(geo=own, variables=variables)


class TestTheApi:
    def test_that_lacks_a_permission_for_the_account(self, geo: Geo) -> None:
        lacking = replace(geo, place=geo.place.may_not(Permission.LOAD_BALANCING_READ, Permission.LOAD_BALANCING_EDIT))
        said = lacking.refused()
        assert "answered 403" in said
        assert "Account > Load Balancing: Monitors and Pools > Edit" in said

    def test_that_does_not_have_the_account(self, geo: Geo) -> None:
        said = geo.refused(variables={"CF_ACCOUNT_ID": "f" * 32})
        assert "check truenorth:geo.account_id (or CF_ACCOUNT_ID)" in said

    def test_that_does_not_find_it(self, geo: Geo) -> None:
        assert "Cloudflare does not find the load balancing" in geo.refused(variables={"CF_ACCOUNT_ID": "no/id"})

    def test_whose_rate_limit_is_used_up(self, geo: Geo) -> None:
        geo.place.cloudflare.faults.set([Fault(Effect.THROTTLE, seconds=60)])
        assert "asks to wait 60 seconds" in geo.failing()

    def test_that_is_broken(self, geo: Geo) -> None:
        geo.place.cloudflare.faults.set([Fault(Effect.SERVER_ERROR, path="/pools", status=500)])
        assert "Cloudflare answered 500 about the load balancing of the account" in geo.failing()

    def test_that_loses_a_pool_of_a_load_balancer(self, geo: Geo) -> None:
        pool = geo.pool("203.0.113.7")
        geo.place.balancer(pool)
        del geo.place.cloudflare.load_balancing.pools[pool]
        assert "gone" in geo.shown()


class TestObjects:
    """With the objects of a real cluster."""

    @pytest.fixture
    def namespace(self, kube_cluster: Cluster) -> Namespace:
        return make_place(kube_cluster, "geo")

    def asking(self, namespace: Namespace, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
        cluster = {"kubeconfig": str(namespace.cluster.kubeconfig), "namespaces": [namespace.namespace]}
        return {"geo": {"location": "eu", **others}, "cluster": cluster | {"gateway_namespaces": [namespace.namespace]}}

    def test_are_told_by_their_label_and_the_name_of_their_cluster(self, geo: Geo, namespace: Namespace) -> None:
        namespace.put(ingress(APP, labels=ROUTE | {"cluster-name": "home"}), ingress("b.example.com", name="other"))
        edge = gateway("192.0.2.9", annotations={"truenorth/hostname": "c.example.com"})
        edge["metadata"]["labels"] = ROUTE | {"cluster_name": "home"}
        namespace.put(edge)
        assert geo.notes(**self.asking(namespace)) == [
            f"{APP} has no load balancer yet: truenorth up makes it",
            "c.example.com has no load balancer yet: truenorth up makes it",
        ]

    def test_without_the_label_of_their_cluster_are_skipped(self, geo: Geo, namespace: Namespace) -> None:
        namespace.put(ingress(APP, labels=ROUTE))
        (only,) = geo.notes(**self.asking(namespace))
        assert only == (
            f"Ingress {namespace.namespace}/web: it lacks the label cluster-name, which names its pool. It is not"
            " balanced until it is mended"
        )

    def test_without_an_address_leave_the_origins_as_they_are(self, geo: Geo, namespace: Namespace) -> None:
        namespace.put(ingress(APP, at=(), labels=ROUTE | {"cluster-name": "home"}))
        (only,) = geo.notes(**self.asking(namespace))
        assert only == f"{APP}: the origins stay as they are: Ingress {namespace.namespace}/web has no address"

    def test_with_one_address_are_one_origin(self, geo: Geo, namespace: Namespace) -> None:
        labels = ROUTE | {"cluster-name": "home"}
        namespace.put(ingress(APP, labels=labels), ingress(APP, name="again", labels=labels))
        assert geo.notes(**self.asking(namespace)) == [f"{APP} has no load balancer yet: truenorth up makes it"]

    def test_are_chosen_by_another_label_too(self, geo: Geo, namespace: Namespace) -> None:
        namespace.put(ingress(APP, labels={"balance": "me", "cluster-name": "home"}))
        chosen = self.asking(namespace, label_selector="balance in (me)")
        assert geo.notes(**chosen) == [f"{APP} has no load balancer yet: truenorth up makes it"]

    def test_in_a_cluster_that_is_away_are_unknown(self, geo: Geo, namespace: Namespace, tmp_path: Path) -> None:
        config = yaml.safe_load(namespace.cluster.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
        (tmp_path / "away").write_text(yaml.safe_dump(config))
        asking = self.asking(namespace, hostname=APP) | {
            "cluster": {"kubeconfig": str(tmp_path / "away"), "timeout": 1}
        }
        done = geo.run(**asking)
        assert done.returncode == FAILED
        assert f"{APP}: the origins stay as they are" in done.stdout
