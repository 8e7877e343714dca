from __future__ import annotations

import asyncio
import gc
import json
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.kube.access import access
from stacks.kube.api import ApiError, ClusterUnreachable, Collection, Event, Gone, NotFound, Overloaded, RequestRejected
from stacks.kube.client import LightkubeApi
from stacks.kube.objects import GATEWAY_GROUP, GATEWAYS, HTTP_ROUTES, NODES, SERVICES, TLS_ROUTES, Resource
from stacks.model.errors import UserError
from stacks.settings.cluster import ClusterSettings
from tests.kube import gateway
from tests.stacks.kube.reaching import QUICK, listed, run, service

HOSTS = Resource(GATEWAY_GROUP, "v1", "hosts", "Host")
NOWHERE = Resource("nowhere.example.com", "v1", "things", "Thing")
EVENTS = Resource("", "v1", "events", "Event")


async def next_of(events: AsyncIterator[Event]) -> tuple[str, str]:
    event = await anext(events)
    return event.type, event.manifest["metadata"]["name"]


def failing(kubeconfig: Path, error: type[ApiError], pattern: str, collection: Collection) -> ApiError:
    """The error that a list ends with."""

    async def act(api: LightkubeApi) -> None:
        with pytest.raises(error, match=pattern) as caught:
            await listed(api, collection)
        found.append(caught.value)

    found: list[ApiError] = []
    run(kubeconfig, act)
    return found[0]


class TestDiscovery:
    def test_a_kind_has_the_version_that_is_served(self, kube_cluster: Cluster) -> None:
        async def act(api: LightkubeApi) -> None:
            assert [await api.served(one) for one in (HTTP_ROUTES, TLS_ROUTES, SERVICES)] == ["v1", "v1", "v1"]
            assert await api.served(HOSTS) is None
            assert await api.served(NOWHERE) is None

        run(kube_cluster.kubeconfig, act)

    def test_an_older_version_of_the_gateway_api_does_too(self, proxy: Proxy) -> None:
        group = {"kind": "APIGroup", "versions": [{"version": "v1beta1"}, {"version": "v1alpha2"}]}
        proxy.answer(200, 1, containing=f"/apis/{GATEWAY_GROUP}", body=json.dumps(group).encode())
        for resources in (["httproutes"], ["tlsroutes"]):
            body = json.dumps({"resources": [{"name": one} for one in resources]}).encode()
            proxy.answer(200, 1, containing=f"/apis/{GATEWAY_GROUP}/v1", body=body)

        async def act(api: LightkubeApi) -> None:
            assert await api.served(TLS_ROUTES) == "v1alpha2"

        run(proxy.kubeconfig(), act)

    def test_who_cannot_ask_does_not_know(self, proxy: Proxy) -> None:
        proxy.answer(503, containing="/apis/")

        async def act(api: LightkubeApi) -> None:
            with pytest.raises(Overloaded):
                await api.served(HTTP_ROUTES)

        run(proxy.kubeconfig(), act)

    def test_what_is_no_kubernetes_api_is_not_believed(self, proxy: Proxy) -> None:
        proxy.answer(200, 1, containing="/apis/", body=b"<html>welcome</html>")
        proxy.answer(200, 1, containing="/apis/", body=b"{}")

        async def act(api: LightkubeApi) -> None:
            for _ in range(2):
                with pytest.raises(ClusterUnreachable, match="no Kubernetes API"):
                    await api.served(HTTP_ROUTES)

        run(proxy.kubeconfig(), act)


class TestLists:
    def test_they_come_in_pages_with_the_version_of_the_whole(self, kube_cluster: Cluster, namespace: str) -> None:
        for name in "abc":
            kube_cluster.admin.apply(service(namespace, name))

        async def act(api: LightkubeApi) -> None:
            names, version, pages = await listed(api, Collection(SERVICES, "v1", namespace), 2)
            assert (names, pages) == (["a", "b", "c"], 2)
            assert int(version) > 0
            assert (await listed(api, Collection(SERVICES, "v1", namespace), 0))[2] == 1

        run(kube_cluster.kubeconfig, act)

    def test_labels_and_namespaces_select(self, kube_cluster: Cluster, namespace: str) -> None:
        kube_cluster.admin.apply(service(namespace, "a", labels={"team": "web"}))
        kube_cluster.admin.apply(service(namespace, "b"))

        async def act(api: LightkubeApi) -> None:
            assert (await listed(api, Collection(SERVICES, "v1", namespace, "team in (web,x)")))[0] == ["a"]
            assert (await listed(api, Collection(SERVICES, "v1", "", f"team=web,app!={namespace}")))[0].count("a") >= 1
            assert (await listed(api, Collection(NODES, "v1")))[0] == []

        run(kube_cluster.kubeconfig, act)

    def test_the_rest_of_a_list_that_has_expired_is_gone(
        self, proxy: Proxy, kube_cluster: Cluster, namespace: str
    ) -> None:
        for name in "ab":
            kube_cluster.admin.apply(service(namespace, name))
        proxy.answer(410, containing="continue=")

        async def act(api: LightkubeApi) -> None:
            with pytest.raises(Gone):
                await listed(api, Collection(SERVICES, "v1", namespace), 1)

        run(proxy.kubeconfig(), act)


class TestWatches:
    def test_what_changes_after_the_version_comes(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act(api: LightkubeApi) -> None:
            where = Collection(SERVICES, "v1", namespace)
            _, version, _ = await listed(api, where)
            async with api.watch(where, version) as events:
                kube_cluster.admin.apply(service(namespace, "a"))
                assert await next_of(events) == ("ADDED", "a")
                kube_cluster.admin.apply(service(namespace, "a", labels={"team": "web"}))
                assert await next_of(events) == ("MODIFIED", "a")
                kube_cluster.admin.delete(service(namespace, "a"))
                gone = await anext(events)
            assert gone.type == "DELETED"
            async with api.watch(where, version) as events:
                assert await next_of(events) == ("ADDED", "a")  # what was missed

        run(kube_cluster.kubeconfig, act)

    def test_a_bookmark_says_up_to_where_nothing_was_missed(self, kube_cluster: Cluster, namespace: str) -> None:
        async def act(api: LightkubeApi) -> None:
            where = Collection(GATEWAYS, "v1", namespace)
            _, version, _ = await listed(api, where)
            kube_cluster.admin.apply(gateway("default", namespace))  # which the watch does not see
            event = None
            while event is None:  # a busy server ends a watch without its bookmark
                async with api.watch(where, version) as events:
                    event = await anext(events, None)
            assert event.type == "BOOKMARK"
            assert int(event.version) > int(version)

        run(kube_cluster.kubeconfig, act, replace(QUICK, watch=4.0))

    def test_an_error_among_the_events_is_raised_as_what_it_is(self, proxy: Proxy) -> None:
        gone = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}
        proxy.answer(200, containing="watch=true", body=json.dumps(gone).encode() + b"\n")
        full = {"type": "ERROR", "object": {"code": 429, "details": {"retryAfterSeconds": 7}}}
        proxy.answer(200, containing="watch=true", body=json.dumps(full).encode() + b"\n")
        odd = {"type": "EXPLODED", "object": {}}
        proxy.answer(200, containing="watch=true", body=json.dumps(odd).encode() + b"\nx\n")
        proxy.answer(200, containing="watch=true", body=b'{"type": "ADDED", "object": {}}\n')

        async def act(api: LightkubeApi) -> None:
            for expected in (Gone, Overloaded, ClusterUnreachable, ClusterUnreachable):
                async with api.watch(Collection(SERVICES, "v1"), "1") as events:
                    with pytest.raises(expected) as caught:
                        await anext(events)
                if isinstance(caught.value, Overloaded):
                    assert caught.value.retry_after == 7.0

        run(proxy.kubeconfig(), act)

    def test_a_refused_watch_is_never_entered(self, proxy: Proxy) -> None:
        proxy.answer(410, containing="watch=true")

        async def act(api: LightkubeApi) -> None:
            with pytest.raises(Gone, match="cannot watch services"):
                async with api.watch(Collection(SERVICES, "v1"), "1"):
                    pytest.fail("it was entered")

        run(proxy.kubeconfig(), act)

    def test_silence_is_not_taken_for_peace(self, proxy: Proxy, namespace: str) -> None:
        async def act(api: LightkubeApi) -> None:
            where = Collection(SERVICES, "v1", namespace)
            _, version, _ = await listed(api, where)
            async with api.watch(where, version) as events:
                proxy.go_silent()
                with pytest.raises(ClusterUnreachable, match="no answer in time"):
                    await anext(events)

        run(proxy.kubeconfig(), act, replace(QUICK, silence=0.2))

    def test_a_connection_that_is_cut_says_so(self, proxy: Proxy, namespace: str) -> None:
        async def act(api: LightkubeApi) -> None:
            where = Collection(SERVICES, "v1", namespace)
            _, version, _ = await listed(api, where)
            async with api.watch(where, version) as events:
                proxy.cut()
                with pytest.raises(ClusterUnreachable):
                    await anext(events)

        run(proxy.kubeconfig(), act)


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (400, RequestRejected),
            (401, RequestRejected),
            (403, RequestRejected),
            (404, NotFound),
            (410, Gone),
            (429, Overloaded),
        ]
        + [(status, Overloaded) for status in (500, 502, 503, 504)],
    )
    def test_each_status_means_something(self, status: int, error: type[ApiError], proxy: Proxy) -> None:
        proxy.answer(status, 2)
        found = failing(
            proxy.kubeconfig(), error, "cannot list services: the API server says", Collection(SERVICES, "v1")
        )
        assert str(status) in str(found)

    @pytest.mark.parametrize(("said", "seconds"), [("3", 3.0), ("soon", None), ("-1", 0.0)])
    def test_an_overloaded_server_says_how_long_it_wants_to_be_left_alone(
        self, said: str, seconds: float | None, proxy: Proxy
    ) -> None:
        proxy.answer(429, headers={"Retry-After": said})
        found = failing(proxy.kubeconfig(), Overloaded, "429", Collection(SERVICES, "v1"))
        assert isinstance(found, Overloaded)
        assert found.retry_after == seconds

    def test_an_answer_that_is_not_the_api_servers_is_quoted(self, proxy: Proxy) -> None:
        proxy.answer(502, body=b"bad gateway, says the balancer")
        failing(proxy.kubeconfig(), Overloaded, "bad gateway, says the balancer", Collection(SERVICES, "v1"))

    def test_who_lacks_a_right_is_told_which_and_from_whom(self, kube_cluster: Cluster) -> None:
        rules = [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]
        user = kube_cluster.service_account("sees-nodes", rules)
        where = Collection(HTTP_ROUTES, "v1")
        found = failing(user.kubeconfig, RequestRejected, "cannot list httproutes.gateway.networking.k8s.io", where)
        assert user.full_name in str(found)
        assert "ClusterRole" in str(found)

    def test_a_selector_that_is_none_is_refused_in_the_servers_words(self, kube_cluster: Cluster) -> None:
        failing(
            kube_cluster.kubeconfig, RequestRejected, "400: unable to parse", Collection(SERVICES, "v1", "", "a in b")
        )

    def test_nobody_there_is_unreachable(self, kube_cluster: Cluster, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        failing(
            at(tmp_path, f"https://127.0.0.1:{port}", kube_cluster.authority),
            ClusterUnreachable,
            ".",
            Collection(SERVICES, "v1"),
        )

    def test_a_server_that_never_answers_is_unreachable(self, proxy: Proxy) -> None:
        proxy.go_silent()

        async def act(api: LightkubeApi) -> None:
            with pytest.raises(ClusterUnreachable, match=r"no answer (within 0\.2 s|in time)"):
                await listed(api, Collection(SERVICES, "v1"))

        run(proxy.kubeconfig(), act, replace(QUICK, timeout=0.2))

    def test_a_server_that_never_shakes_hands_is_unreachable_and_its_connection_closed(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            file = at(tmp_path, f"https://127.0.0.1:{silent.getsockname()[1]}", None)

            async def act(api: LightkubeApi) -> None:
                with pytest.raises(ClusterUnreachable, match=r"no answer within 0\.2 s"):
                    await listed(api, Collection(SERVICES, "v1"))

            run(file, act, replace(QUICK, timeout=0.2))
            with silent.accept()[0] as connection:
                connection.settimeout(60.0)
                while connection.recv(1 << 16):
                    pass
        gc.collect()  # which would warn of one that was forgotten

    def test_a_certificate_of_another_authority_is_not_believed(self, kube_cluster: Cluster, tmp_path: Path) -> None:
        file = at(tmp_path, kube_cluster.server, None)
        failing(file, ClusterUnreachable, "CERTIFICATE_VERIFY_FAILED", Collection(SERVICES, "v1"))

    def test_certificates_that_cannot_be_used_are_the_users_error(self, tmp_path: Path) -> None:
        document = yaml.safe_load(at(tmp_path, "https://192.0.2.1", None).read_text())
        document["clusters"][0]["cluster"]["certificate-authority"] = "missing.pem"
        (tmp_path / "config").write_text(yaml.safe_dump(document))
        found = access(ClusterSettings(kubeconfig=str(tmp_path / "config")), {})
        with pytest.raises(UserError, match="the credentials for the cluster cannot be used"):
            LightkubeApi(found, QUICK)


class TestCredentials:
    def test_a_token_file_that_is_rotated_counts_without_a_restart(self, kube_cluster: Cluster, tmp_path: Path) -> None:
        token = tmp_path / "token"
        token.write_text("expired")
        file = at(tmp_path, kube_cluster.server, kube_cluster.authority, tokenFile="token")

        async def act(api: LightkubeApi) -> None:
            with pytest.raises(RequestRejected, match="401") as caught:
                await listed(api, Collection(SERVICES, "v1"))
            assert caught.value.status == 401
            token.write_text(kube_cluster.token)
            await listed(api, Collection(SERVICES, "v1"))

        run(file, act)

    def test_a_plugin_is_run_again_when_its_token_is_refused(
        self, kube_cluster: Cluster, proxy: Proxy, tmp_path: Path
    ) -> None:
        plugin = login(tmp_path)
        (tmp_path / "token").write_text("expired")
        file = at(tmp_path, proxy.server, kube_cluster.authority, exec=plugin)

        async def act(api: LightkubeApi) -> None:
            with pytest.raises(RequestRejected):
                await listed(api, Collection(SERVICES, "v1"))
            (tmp_path / "token").write_text(kube_cluster.token)
            await listed(api, Collection(SERVICES, "v1"))
            proxy.answer(401)
            await listed(api, Collection(SERVICES, "v1"))

        run(file, act)
        runs = [json.loads(line) for line in (tmp_path / "runs").read_text().splitlines()]
        assert len(runs) == 3
        assert runs[0]["apiVersion"] == "client.authentication.k8s.io/v1"

    def test_a_plugin_is_run_once_for_all_that_is_asked_at_first(self, kube_cluster: Cluster, tmp_path: Path) -> None:
        file = at(tmp_path, kube_cluster.server, kube_cluster.authority, exec=login(tmp_path))
        (tmp_path / "token").write_text(kube_cluster.token)

        async def act(api: LightkubeApi) -> None:
            async with asyncio.TaskGroup() as group:
                for _ in range(5):
                    group.create_task(listed(api, Collection(SERVICES, "v1")))

        run(file, act)
        assert len((tmp_path / "runs").read_text().splitlines()) == 1

    @pytest.mark.parametrize("says", ["exit 3", "echo nothing", "echo '{}'"])
    def test_a_plugin_that_fails_is_a_refusal(self, says: str, kube_cluster: Cluster, tmp_path: Path) -> None:
        plugin = {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "sh",
            "args": ["-c", says],
        }
        file = at(tmp_path, kube_cluster.server, kube_cluster.authority, exec=plugin)
        failing(file, RequestRejected, "there are no credentials", Collection(SERVICES, "v1"))

    def test_a_plugin_or_token_file_that_is_not_there_is_a_refusal(self, kube_cluster: Cluster, tmp_path: Path) -> None:
        plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./missing"}
        where = Collection(SERVICES, "v1")
        failing(
            at(tmp_path, kube_cluster.server, kube_cluster.authority, exec=plugin), RequestRejected, "missing", where
        )
        failing(
            at(tmp_path, kube_cluster.server, kube_cluster.authority, tokenFile="gone"), RequestRejected, "gone", where
        )


class TestWriting:
    def test_an_event_is_made(self, kube_cluster: Cluster, namespace: str) -> None:
        event = {
            "metadata": {"generateName": "web."},
            "involvedObject": {"kind": "Service", "namespace": namespace, "name": "web"},
            "reason": "Made",
            "type": "Normal",
        }

        async def act(api: LightkubeApi) -> None:
            made = await api.create(EVENTS, namespace, event)
            assert made["metadata"]["name"].startswith("web.")

        run(kube_cluster.kubeconfig, act)
        assert len(kube_cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/events")["items"]) == 1

    def test_an_object_or_its_status_is_patched(self, kube_cluster: Cluster, namespace: str) -> None:
        kube_cluster.admin.apply(service(namespace, "web", annotations={"a": "1", "b": "2"}))

        async def act(api: LightkubeApi) -> None:
            changed = await api.patch(SERVICES, namespace, "web", {"metadata": {"annotations": {"a": None, "c": "3"}}})
            assert changed["metadata"]["annotations"] == {"b": "2", "c": "3"}
            conditions = {"type": "Ready", "status": "True", "reason": "Made", "message": ""}
            conditions["lastTransitionTime"] = "2026-01-01T00:00:00Z"
            status = {"status": {"conditions": [conditions]}}
            changed = await api.patch(SERVICES, namespace, "web", status, subresource="status")
            assert changed["status"]["conditions"][0]["type"] == "Ready"
            with pytest.raises(NotFound):
                await api.patch(SERVICES, namespace, "missing", {"metadata": {"annotations": {"a": "1"}}})

        run(kube_cluster.kubeconfig, act)


def login(folder: Path) -> dict[str, str]:
    """Write a plugin that prints the token of a file and records its input."""
    script = folder / "login"
    script.write_text(
        f'#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >>{folder}/runs\n'
        f'printf \'{{"status": {{"token": "%s"}}}}\' "$(cat {folder}/token)"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {"apiVersion": "client.authentication.k8s.io/v1", "command": "./login"}


def at(folder: Path, server: str, authority: Path | None, **user: Any) -> Path:  # noqa: ANN401 - a user's fields
    """A kubeconfig that leads to a server, with the administrator's rights only if the user's fields say so."""
    cluster = {"server": server, **({"certificate-authority": str(authority)} if authority else {})}
    document = {
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
        "current-context": "lab",
    }
    file = folder / "config"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return file
