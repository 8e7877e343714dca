"""Names, targets and comments are matched whole: a hidden character anywhere in them is refused, and named.

The lines of an object's comment are the exception: they become one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from components.records import canonical, canonical_content
from components.records.international import readable
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.errors import UserError
from stacks.model.values import Known
from stacks.observe.cluster.claims import annotation_values
from stacks.observe.cluster.claims.annotations import HOSTNAME, Annotated, annotated_names
from stacks.observe.cluster.claims.assemble import Claimant, assemble
from stacks.observe.cluster.claims.hostnames import hostname
from stacks.settings.stack import parse

SIGNS = {
    "\n": "a line break in it (U+000A)",
    "\r": "a carriage return in it (U+000D)",
    "\t": "a tab in it (U+0009)",
    "\0": "a NUL in it (U+0000)",
    "\x1b": "a control character in it (U+001B)",
    "\u2028": "line separator in it (U+2028)",
    "\u202e": "right-to-left override in it (U+202E)",
    "\u200b": "zero width space in it (U+200B)",
}
LINE_BREAKS = frozenset("\n\r\u2028")
PLACES: Mapping[str, Callable[[str, str], str]] = {
    "at the beginning": lambda sign, text: sign + text,
    "in the midst": lambda sign, text: text[:2] + sign + text[2:],
    "at the end": lambda sign, text: text + sign,
}
NAME, ADDRESS = "www.example.com", "203.0.113.7"


def settings(**zone: object) -> object:
    return parse({"zone": "example.com", **zone}, {}, stack="home", where="Pulumi.home.yaml")


TAKERS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "a name": (NAME, lambda text: canonical.fqdn(text, "example.com")),
    "a name of a zone file": (NAME, lambda text: canonical.fqdn_of_zone_file(text, "example.com")),
    "a host of an object": (NAME, hostname),
    "the hosts of an annotation": (NAME, annotation_values.hostnames),
    "a target of an annotation": (NAME, annotation_values.targets),
    "an address": (ADDRESS, lambda text: canonical.address(text, "A")),
    "an alias": (NAME, lambda text: canonical_content.content("CNAME", text)),
    "a mail server": (f"10 {NAME}", lambda text: canonical_content.content("MX", text)),
    "a comment of an annotation": ("the front door", annotation_values.comment),
    "a name of the settings": (NAME, lambda text: settings(names=[text])),
    "a target of the settings": (ADDRESS, lambda text: settings(names=[{"name": "www", "targets": [text]}])),
    "a comment of the settings": ("the front door", lambda text: settings(names=[{"name": "www", "comment": text}])),
    "the zone": ("example.com", lambda text: settings(zone=text)),
    "a record of the settings": (
        NAME,
        lambda text: settings(records=[{"name": text, "type": "A", "content": ADDRESS}]),
    ),
    "a host of the page": (NAME, lambda text: settings(watch={"web": {"hosts": [text]}})),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("sign", SIGNS, ids=[f"U+{ord(one):04X}" for one in SIGNS])
@pytest.mark.parametrize("taker", TAKERS)
def test_a_hidden_character_is_refused_with_its_name(taker: str, sign: str, place: str) -> None:
    text, take = TAKERS[taker]
    take(text)
    if taker == "a comment of an annotation" and sign in LINE_BREAKS:
        assert take(PLACES[place](sign, text)) == PLACES[place](" ", text).strip()
        return
    with pytest.raises((ValueError, UserError)) as caught:
        take(PLACES[place](sign, text))
    assert SIGNS[sign] in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("sign", SIGNS, ids=[f"U+{ord(one):04X}" for one in SIGNS])
@pytest.mark.parametrize(
    ("annotation", "text"), [("hostname", NAME), ("target", NAME), ("comment", "the door"), ("ttl", "300")]
)
def test_an_annotation_with_one_is_told_to_the_owner(annotation: str, text: str, sign: str, place: str) -> None:
    key = ObjectKey("home", "Ingress", "shop", "web")
    annotated = Annotated(key, {f"truenorth/{annotation}": PLACES[place](sign, text)})
    faults: list[Complaint] = []
    if annotation == "hostname":  # as its sources read it
        assert annotated_names((annotated,), HOSTNAME, faults) == ()
    found = [*faults, *assemble(Claimant(key, "", (annotated,)), (NAME,), Known((ADDRESS,)), faults)]
    if annotation == "comment" and sign in LINE_BREAKS:  # YAML's blocks end with one: the lines become one
        (claim,) = found
        assert isinstance(claim, Claim)
        assert claim.comment == PLACES[place](" ", text).strip()
        return
    (complaint, *_) = [one for one in found if isinstance(one, Complaint)]
    assert SIGNS[sign] in complaint.text
    assert sign not in complaint.text
    goes_on = annotation == "hostname"  # the object's other names do
    assert any(isinstance(one, Claim) and isinstance(one.targets, Known) for one in found) == goes_on


@pytest.mark.parametrize(
    ("name", "in_dns"),
    [
        ("\u212a.example.com", "k.example.com"),
        ("\uff41.example.com", "a.example.com"),
        ("\u0430.example.com", "xn--80a.example.com"),
        ("\u0130.example.com", "xn--i-9bb.example.com"),
    ],
)
def test_a_name_that_only_looks_like_another_is_shown_in_both_forms(name: str, in_dns: str) -> None:
    """The sign of kelvin is a k to every browser; the Cyrillic letter is a letter of its own, and told apart."""
    assert canonical.fqdn(name, "example.com") == in_dns
    shown = readable(f"{in_dns} A")
    assert shown == f"{in_dns} A" or f"({in_dns})" in shown
