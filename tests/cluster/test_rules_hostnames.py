"""Rule 3: which names a route and a listener have in common."""

from __future__ import annotations

import pytest

from tests.cluster.objects import Manifest, gateway, listener, route
from tests.cluster.place import Place

WILD = "*.example.com"


def at(hostname: str) -> Manifest:
    """A Gateway whose listener has this name; "" for none."""
    return gateway("192.0.2.1", listeners=[listener(hostname=hostname)])


@pytest.mark.parametrize(
    ("of_listener", "of_route", "names"),
    [
        (WILD, ["a.example.com"], {"a.example.com"}),
        (WILD, ["a.b.example.com"], {"a.b.example.com"}),
        (WILD, ["example.com"], set()),
        (WILD, ["a.example.net"], set()),
        (WILD, ["notexample.com"], set()),
        ("a.example.com", [WILD], {"a.example.com"}),
        ("example.com", [WILD], set()),
        (WILD, ["*.b.example.com"], {"*.b.example.com"}),
        ("*.b.example.com", [WILD], {"*.b.example.com"}),
        (WILD, [WILD], {WILD}),
        ("a.example.com", ["a.example.com", "b.example.com"], {"a.example.com"}),
        (WILD, [], {WILD}),
        ("a.example.com", [], {"a.example.com"}),
        ("", ["a.example.com", WILD], {"a.example.com", WILD}),
        ("", [], set()),
    ],
)
def test_they_are_the_more_specific_of_the_two_and_an_empty_side_takes_the_others(
    place: Place, of_listener: str, of_route: list[str], names: set[str]
) -> None:
    place.put(at(of_listener), route(*of_route))
    assert place.names() == names


def test_each_listener_gives_its_own(place: Place) -> None:
    listeners = [listener("a", hostname="*.a.example.com"), listener("b", hostname="*.b.example.com")]
    place.put(gateway("192.0.2.1", listeners=listeners), route("x.a.example.com", "x.b.example.com", "x.c.example.com"))
    assert place.names() == {"x.a.example.com", "x.b.example.com"}


def test_names_of_annotations_are_in_lower_case_without_the_dot_at_the_end(place: Place) -> None:
    place.put(at(WILD), route(annotations={"truenorth/hostname": "WWW.Example.com., Api.example.com"}))
    assert place.names() == {"www.example.com", "api.example.com"}


@pytest.mark.parametrize("hostname", ["WWW.example.com", "a..example.com", "*", "a.*.example.com", "www.example.com."])
def test_the_api_server_itself_refuses_a_route_with_another_spelling(place: Place, hostname: str) -> None:
    assert "spec.hostnames" in place.refused(route(hostname))


class TestAnAddressIsNoHostname:
    def test_of_a_tls_route_the_api_server_refuses_it(self, place: Place) -> None:
        assert "Hostnames cannot contain an IP" in place.refused(route("192.0.2.7", kind="TLSRoute"))

    def test_of_an_http_route_it_gives_nothing(self, place: Place) -> None:
        """The API server lets it through."""
        place.put(at(""), route("192.0.2.7", "www.example.com"))
        assert place.names() == {"www.example.com"}

    def test_of_a_listener_it_gives_nothing(self, place: Place) -> None:
        place.put(at("192.0.2.7"), route("www.example.com"), route(name="any"))
        assert place.names() == set()

    def test_of_an_annotation_it_is_told(self, place: Place) -> None:
        place.put(at(""), route("www.example.com", annotations={"truenorth/hostname": "192.0.2.7"}))
        (complaint,) = place.told()
        assert (complaint.annotation, complaint.value) == ("truenorth/hostname", "192.0.2.7")
