"""The election on a real API server: its rights, its faults, and what stands in the Lease."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from cli.events import Role
from cli.lease.record import clock
from cli.lease.timing import free
from stacks.settings.watch import ElectionSettings
from tests.cli.lease.electing import CALM, NAME, PATIENT, STEADY, Ahead, taking_part, vacant

if TYPE_CHECKING:
    from lab.kube.cluster import Cluster
    from lab.kube.proxy import Proxy
    from lab.kube.users import Rule, User

MICRO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
GROUP = "coordination.k8s.io"
SHORT = ElectionSettings(lease_duration=10, renew_deadline=9, retry_period=2)
"""A lease whose end is awaited, and which is not lost while the machine pauses for five seconds."""


def path(namespace: str) -> str:
    return f"/apis/{GROUP}/v1/namespaces/{namespace}/leases/{NAME}"


def spec(cluster: Cluster, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = cluster.admin.call("GET", path(namespace))["spec"]
    return found


def user(cluster: Cluster, namespace: str, *verbs: str) -> User:
    """One who may create Leases, and do this to ours."""
    create: Rule = {"apiGroups": [GROUP], "resources": ["leases"], "verbs": ["create"]}
    ours: Rule = {"apiGroups": [GROUP], "resources": ["leases"], "verbs": verbs, "resourceNames": [NAME]}
    return cluster.service_account(f"in-{namespace}", [create, ours], within=namespace)


class TestOne:
    def test_it_writes_what_client_go_writes(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act() -> None:
            async with taking_part(
                user(kube_cluster, namespace, "get", "update", "watch").kubeconfig, namespace, "a"
            ) as a:
                await a.election.acquired()
                assert a.election.is_leading()
                assert clock() < a.election.deadline < a.election.stop_by
                first = spec(kube_cluster, namespace)
                assert {key: first[key] for key in ("holderIdentity", "leaseDurationSeconds", "leaseTransitions")} == {
                    "holderIdentity": "a",
                    "leaseDurationSeconds": STEADY.lease_duration,
                    "leaseTransitions": 0,
                }
                assert MICRO_TIME.fullmatch(first["acquireTime"])
                assert MICRO_TIME.fullmatch(first["renewTime"])
                before = a.election.deadline
                while a.election.deadline == before:  # noqa: ASYNC110 - a renewal is no event
                    await asyncio.sleep(0.05)
                renewed = spec(kube_cluster, namespace)
                assert renewed["acquireTime"] == first["acquireTime"]
                assert renewed["renewTime"] > first["renewTime"]

        asyncio.run(act())

    def test_it_gives_back_as_client_go_does(self, kube_cluster: Cluster, namespace: str) -> None:
        vacant(kube_cluster, namespace)

        async def act() -> None:
            who = user(kube_cluster, namespace, "get", "update", "watch")
            async with taking_part(who.kubeconfig, namespace, "a", CALM) as a:
                await a.election.acquired()
                await a.kill()
                await a.election.release()
            given_back = spec(kube_cluster, namespace)
            assert (given_back.get("holderIdentity", ""), given_back["leaseDurationSeconds"]) == ("", 1)

        asyncio.run(act())

    @pytest.mark.parametrize("may_watch", [True, False])
    def test_it_asks_again_and_again_only_where_it_may_not_watch(
        self, kube_cluster: Cluster, proxy: Proxy, namespace: str, *, may_watch: bool
    ) -> None:
        who = user(kube_cluster, namespace, "get", "update", *(["watch"] if may_watch else []))
        vacant(kube_cluster, namespace)

        async def act() -> None:
            async with taking_part(proxy.kubeconfig(who.name, who.token), namespace, "a", CALM) as a:
                await a.election.acquired()
                proxy.faults.forget_requests()
                if may_watch:  # twenty questions would come before it renews
                    await asyncio.to_thread(proxy.faults.await_requests, "PUT ", 1, PATIENT)
                    assert len(proxy.faults.requests(f"GET {path(namespace)}")) < 2
                else:
                    await asyncio.to_thread(proxy.faults.await_requests, f"GET {path(namespace)}", 2, PATIENT)

        asyncio.run(act())

    def test_who_may_not_write_says_what_to_grant(self, kube_cluster: Cluster, namespace: str) -> None:
        vacant(kube_cluster, namespace)

        async def act() -> None:
            way = user(kube_cluster, namespace, "get").kubeconfig
            async with taking_part(way, namespace, "a", CALM) as a, taking_part(way, namespace, "b", CALM) as b:
                for one in (a, b):
                    leadership = await one.published(reason="cannot update leases.coordination.k8s.io")
                    assert leadership.role is Role.STANDBY
                    assert f"the lease {namespace}/{NAME} cannot be had" in leadership.reason
                    assert "grant it" in leadership.reason

        asyncio.run(act())


class TestSeveral:
    @pytest.mark.parametrize("verbs", [("get", "update", "watch"), ("get", "update")], ids=["watching", "asking"])
    def test_a_killed_leader_is_replaced_when_its_lease_is_over(
        self, verbs: tuple[str, ...], kube_cluster: Cluster, namespace: str
    ) -> None:
        async def act() -> None:
            kubeconfig = user(kube_cluster, namespace, *verbs).kubeconfig
            async with AsyncExitStack() as stack:
                first = await stack.enter_async_context(taking_part(kubeconfig, namespace, "first", SHORT))
                await first.election.acquired()
                others = [
                    await stack.enter_async_context(taking_part(kubeconfig, namespace, f"o{n}", SHORT))
                    for n in range(4)
                ]
                for one in others:
                    assert (await one.news.get()).holder == "first"
                await first.kill()
                renewed = first.election.deadline - SHORT.renew_deadline
                waits = [asyncio.create_task(one.election.acquired()) for one in others]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                assert free(SHORT.lease_duration) <= clock() - renewed  # and no later than it must be: test_never_two
                leaders = [one for one in others if one.election.is_leading()]
                assert len(leaders) == 1
                winner = spec(kube_cluster, namespace)
                assert winner["leaseTransitions"] == 1
                for one in others:
                    while (await one.news.get()).holder != winner["holderIdentity"]:
                        pass
                for wait in waits:
                    wait.cancel()

        asyncio.run(act())

    def test_a_lease_that_is_given_back_is_taken_at_once(self, kube_cluster: Cluster, namespace: str) -> None:
        vacant(kube_cluster, namespace)

        async def act() -> None:
            way = kube_cluster.kubeconfig
            async with taking_part(way, namespace, "a", CALM) as leader:
                await leader.election.acquired()
                async with taking_part(way, namespace, "b", CALM) as other:
                    assert (await other.news.get()).holder == "a"
                    await leader.kill()
                    await leader.election.release()
                    left = clock()
                    await other.election.acquired()
                    assert clock() - left < free(CALM.lease_duration)
                    assert not leader.election.is_leading()

        asyncio.run(act())

    def test_a_lease_that_is_deleted_is_made_again_by_its_leader(self, kube_cluster: Cluster, namespace: str) -> None:
        vacant(kube_cluster, namespace)

        async def act() -> None:
            way = kube_cluster.kubeconfig
            async with taking_part(way, namespace, "a", CALM) as a, taking_part(way, namespace, "b", CALM) as b:
                while not (holder := (await a.news.get()).holder):
                    pass
                while (await b.news.get()).holder != holder:
                    pass
                kube_cluster.admin.call("DELETE", path(namespace))
                folder = path(namespace).rpartition("/")[0]
                made: list[str] = []
                while made != [holder]:  # the other's, asked for before there was one, may come first and is given back
                    await asyncio.sleep(0.05)
                    made = [one["spec"]["holderIdentity"] for one in kube_cluster.admin.call("GET", folder)["items"]]
                leader, other = (a, b) if holder == "a" else (b, a)
                assert leader.election.is_leading()
                assert not other.election.is_leading()

        asyncio.run(act())

    def test_another_name_in_the_lease_ends_it_at_once(self, kube_cluster: Cluster, namespace: str) -> None:
        vacant(kube_cluster, namespace)

        async def act() -> None:
            async with taking_part(kube_cluster.kubeconfig, namespace, "a", CALM) as a:
                await a.election.acquired()
                patch = {"spec": {"holderIdentity": "another"}}
                kube_cluster.admin.call("PATCH", path(namespace), patch, content_type="application/merge-patch+json")
                await a.election.lost()
                assert not a.election.is_leading()
                assert (await a.published(reason="another has taken the lease")).holder == "another"

        asyncio.run(act())


class TestFaults:
    @pytest.mark.parametrize("fault", ["silence", "errors"])
    def test_who_cannot_renew_leads_no_more_at_its_deadline(
        self, fault: str, kube_cluster: Cluster, proxy: Proxy, namespace: str
    ) -> None:
        vacant(kube_cluster, namespace)
        pace = STEADY if fault == "silence" else CALM  # which is not silent for it, should the machine pause

        async def act() -> None:
            time = Ahead()
            async with taking_part(proxy.kubeconfig(), namespace, "a", pace, time) as a:
                await a.election.acquired()
                if fault == "silence":
                    proxy.go_silent()
                else:
                    proxy.answer(503, 10_000)
                deadline = a.election.deadline
                proxy.faults.forget_requests()
                for tries in (1, 2):  # with the second, the first has failed
                    time.seconds += pace.retry_period
                    await asyncio.to_thread(proxy.faults.await_requests, "PUT ", tries, PATIENT)
                assert a.election.is_leading()
                time.seconds += pace.renew_deadline
                await a.election.lost()
                assert deadline <= time()
                assert not a.election.is_leading()
                reason = (await a.published(reason=f"could not be renewed in {pace.renew_deadline:g} s")).reason
                assert ("no answer" if fault == "silence" else "says 503") in reason

        asyncio.run(act())

    def test_a_refusal_that_a_person_has_to_mend_is_told_after_other_faults_too(
        self, proxy: Proxy, namespace: str
    ) -> None:
        async def act() -> None:
            time = Ahead()
            proxy.answer(503, 10_000)
            async with taking_part(proxy.kubeconfig(), namespace, "a", STEADY, time) as a:
                await asyncio.to_thread(proxy.faults.await_requests, f"GET {path(namespace)}", 2, PATIENT)
                time.seconds += STEADY.renew_deadline
                await a.published(reason="says 503")
                proxy.faults.clear()
                proxy.answer(403, 10_000)
                await a.published(reason="says 403")

        asyncio.run(act())

    def test_it_leads_on_after_faults_that_pass(self, proxy: Proxy, namespace: str) -> None:
        async def act() -> None:
            async with taking_part(proxy.kubeconfig(), namespace, "a", STEADY) as a:
                await a.election.acquired()
                for status in (429, 500, 503, 409):
                    proxy.answer(status, 1, containing="PUT ")
                    proxy.cut()
                    before = a.election.deadline
                    while a.election.deadline == before:  # noqa: ASYNC110 - a renewal is no event
                        await asyncio.sleep(0.05)
                assert a.election.is_leading()
                assert (await a.news.get()).role is Role.STANDBY  # before there was a Lease
                assert (await a.news.get()).role is Role.LEADER
                assert a.news.empty()

        asyncio.run(act())

    def test_it_comes_back_after_a_silence(self, proxy: Proxy, namespace: str) -> None:
        async def act() -> None:
            time = Ahead()
            async with taking_part(proxy.kubeconfig(), namespace, "a", STEADY, time) as a:
                await a.election.acquired()
                proxy.go_silent()
                time.seconds += STEADY.renew_deadline
                await a.election.lost()
                proxy.speak()
                await a.election.acquired()
                assert a.election.is_leading()

        asyncio.run(act())
