"""What the labels of containers ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.claims import Claim, Complaint, Detected
from stacks.model.values import Known
from stacks.observe.cluster.claims.source import Options
from stacks.observe.docker.containers import MOST_CONTAINERS, Container, UnreadableListError, claims, parse
from stacks.settings.neighbours.docker import DockerSettings
from tests.hostile.texts import TEXTS, seconds
from tests.profiles import examples

PROJECT, SERVICE, ONE_OFF = (f"com.docker.compose.{one}" for one in ("project", "service", "oneoff"))
ROUTER = "traefik.http.routers.web.rule"


def container(name: str = "web", *, made: Any = 1, state: str = "running", **labels: str) -> Container:  # noqa: ANN401 - a number, beside labels
    return Container(f"{name}{made}".ljust(64, "0"), [f"/{name}"], made, state, labels)


def found(*containers: Container, **settings: Any) -> list[Claim | Complaint]:  # noqa: ANN401 - any setting
    read = claims(containers, DockerSettings(**settings), Options())
    assert isinstance(read, Known)
    return list(read.value)


def wanted(*containers: Container, **settings: Any) -> dict[str, object]:  # noqa: ANN401 - any setting
    """The targets of each name."""
    return {one.name: one.targets for one in found(*containers, **settings) if isinstance(one, Claim)}


def labelled(*names: str, **labels: str) -> dict[str, str]:
    return {"truenorth/hostname": ",".join(names), **labels}


class TestAContainer:
    def test_without_labels_of_ours_asks_for_nothing(self) -> None:
        assert found(Container("a" * 64), container(maintainer="me", truenorthern="x")) == []

    def test_points_at_the_detected_address_unless_it_or_the_settings_say_otherwise(self) -> None:
        plain = container(**labelled("www.example.com"))
        assert wanted(plain) == {"www.example.com": Detected()}
        assert wanted(plain, default_target="edge.example.com") == {"www.example.com": Known(("edge.example.com",))}
        told = container(**labelled("www.example.com", **{"truenorth/target": "192.0.2.7"}))
        assert wanted(told, default_target="edge.example.com") == {"www.example.com": Known(("192.0.2.7",))}

    def test_has_the_settings_of_its_labels_with_slashes_dots_or_of_external_dns(self) -> None:
        dotted = {"truenorth.hostname": "www.example.com", "truenorth.ttl": "300", "truenorth.proxied": "false"}
        slashed = {f"truenorth/{key.partition('.')[2]}": text for key, text in dotted.items()}
        theirs = {
            "external-dns.alpha.kubernetes.io/hostname": "www.example.com",
            "external-dns.alpha.kubernetes.io/ttl": "300",
            "external-dns.alpha.kubernetes.io/cloudflare-proxied": "false",
        }
        for labels in (dotted, slashed, theirs):
            (one,) = found(container(**labels))
            assert isinstance(one, Claim)
            assert (one.name, one.ttl, one.proxied) == ("www.example.com", 300, False)

    def test_has_the_label_with_a_slash_where_it_has_both(self) -> None:
        both = {"truenorth.hostname": "a.example.com", "truenorth/hostname": "b.example.com"}
        assert list(wanted(container(**both))) == ["b.example.com"]

    def test_may_ask_for_the_address_of_a_link_and_of_a_host_behind_it(self) -> None:
        labels = labelled("www.example.com", **{"truenorth.link": "fibre", "truenorth.host6": "::7"})
        (targets,) = wanted(container(**labels)).values()
        assert isinstance(targets, Detected)
        assert (targets.links, [str(one) for one in targets.hosts]) == (("fibre",), ["::7"])

    def test_is_told_of_a_bad_label_and_keeps_what_it_has(self) -> None:
        claim, told = sorted(
            found(container(**labelled("www.example.com", **{"truenorth/ttl": "soon"}))), key=lambda one: str(type(one))
        )
        assert isinstance(told, Complaint)
        assert told.text.startswith("Container web in docker: the label truenorth/ttl has the value 'soon'")
        assert isinstance(claim, Claim)
        assert not isinstance(claim.targets, Known | Detected)

    def test_is_told_of_a_label_that_is_misspelt(self) -> None:
        (told,) = found(container(**{"truenorth.hostnam": "www.example.com"}))
        assert isinstance(told, Complaint)
        assert "the label 'truenorth/hostnam' is not known, and is left out; is truenorth/hostname meant?" in told.text

    def test_counts_until_it_is_removed_or_with_running_while_it_runs(self) -> None:
        states = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
        each = [container(one, state=one, **labelled(f"{one}.example.com")) for one in states]
        assert len(wanted(*each)) == len(states)
        running = {f"{one}.example.com" for one in ("running", "paused", "restarting")}
        assert wanted(*each, running=True).keys() == running

    def test_counts_where_the_selector_over_labels_chooses_it(self) -> None:
        web, db = (
            container("web", **labelled("a.example.com", team="web")),
            container("db", **labelled("b.example.com")),
        )
        assert list(wanted(web, db, labels="team=web")) == ["a.example.com"]
        assert list(wanted(web, db, labels="!team")) == ["b.example.com"]


class TestAContainerOfACompose:
    def test_is_known_by_its_project_and_service_however_often_it_is_made_anew(self) -> None:
        of = {PROJECT: "shop", SERVICE: "web"}
        old = container("shop-web-1", made=1, **labelled("old.example.com"), **of)
        new = container("3f_shop-web-1", made=2, state="created", **labelled("new.example.com"), **of)
        for order in ((old, new), (new, old)):
            (one,) = found(*order)
            assert isinstance(one, Claim)
            assert (one.name, str(one.object)) == ("new.example.com", "Container shop/web in docker")
            assert one.object.resource == "docker/container/shop/web"

    def test_that_is_made_for_one_command_does_not_count(self) -> None:
        of = {PROJECT: "shop", SERVICE: "web", ONE_OFF: "True"}
        assert found(container(**labelled("www.example.com"), **of)) == []

    @pytest.mark.parametrize("bad", ["", "a b", "../x", "x" * 200, "a/b"])
    def test_with_a_project_that_no_mark_can_hold_is_known_by_its_own_name(self, bad: str) -> None:
        (one,) = found(container("web", **labelled("www.example.com"), **{PROJECT: bad, SERVICE: "web"}))
        assert isinstance(one, Claim)
        assert one.object.resource == "docker/container/web"

    def test_without_a_usable_name_is_known_by_its_identity(self) -> None:
        odd = Container("f" * 64, ["/other/alias"], labels=labelled("www.example.com"))
        (one,) = found(odd)
        assert isinstance(one, Claim)
        assert one.object.name == "f" * 12


class TestARouterOfTraefik:
    RULE = "Host(`a.example.com`, `b.example.com`) && !Host(`c.example.com`) || PathPrefix(`/x`)"

    def test_is_not_read_unasked(self) -> None:
        assert found(container(**{ROUTER: self.RULE})) == []

    def test_names_its_hosts_beside_those_of_our_label(self) -> None:
        labels = labelled("d.example.com", **{ROUTER: self.RULE, "traefik.tcp.routers.db.rule": "HostSNI(`*`)"})
        assert list(wanted(container(**labels), traefik=True)) == ["d.example.com", "a.example.com", "b.example.com"]

    def test_does_not_count_where_traefik_is_told_to_leave_the_container_alone(self) -> None:
        assert found(container(**{ROUTER: self.RULE, "traefik.enable": "False"}), traefik=True) == []

    def test_with_a_host_that_is_no_name_is_told(self) -> None:
        (told,) = found(container(**{ROUTER: "Host(`no name`)"}), traefik=True)
        assert isinstance(told, Complaint)
        assert ROUTER in told.text


class TestAnAnswer:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"[1]",
            b"[{}]",
            b'[{"Id": 1}]',
            b"\xff",
            b'[{"Id":"a","Labels":[]}]',
            b'[{"Id":"../../etc/x y"}]',
        ],
    )
    def test_of_another_shape_is_no_list(self, body: bytes) -> None:
        with pytest.raises(UnreadableListError, match="no list of containers"):
            parse(body)

    def test_of_too_many_containers_is_refused_whole(self) -> None:
        with pytest.raises(UnreadableListError, match="more than 10,000"):
            parse(json.dumps([{"Id": "a"}] * (MOST_CONTAINERS + 1)).encode())

    @given(st.binary(max_size=200))
    @settings(max_examples=examples(500))
    def test_of_any_bytes_is_a_list_or_refused(self, body: bytes) -> None:
        try:
            parse(body)
        except UnreadableListError:
            return

    @pytest.mark.parametrize("kind", TEXTS)
    def test_whose_labels_are_anything_holds_nobody_up(self, kind: str) -> None:
        def read(text: str) -> object:
            return found(bad(text), traefik=True)

        assert seconds(read, TEXTS[kind]) < 1.0


def bad(text: str) -> Container:
    """A container that has a text everywhere."""
    labels = {ROUTER: text, PROJECT: text, SERVICE: text, text: text, **labelled("www.example.com")}
    labels |= {f"truenorth.{key}": text for key in ("hostname", "target", "ttl", "proxied", "link", "comment")}
    return Container(text, [text], 10**18, text, labels)
