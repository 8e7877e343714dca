"""Strategies for hypothesis: settings, addresses, other people's records, and what happens to a zone."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from hypothesis import strategies as st

from components.marks import cloudflare_ddns, external_dns, ownership
from components.marks.external_dns import Affix, Labels
from components.records import canonical_content
from components.records.record import Record
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.plan.records.adoption import Takeover
from stacks.settings.stack import Settings, parse
from tests.stacks.plan.paper import PROVIDER, Paper

OWNER = "home"
HOSTS = ("www", "@", "*")
TARGETS = ("203.0.113.7", "203.0.113.8", "203.0.113.9")
ELSEWHERE = "198.51.100.80"
PREFIXES = (ownership.DEFAULT_PREFIX, "_tn-%{record_type}.")

some = st.sampled_from
address_lists = st.lists(some(TARGETS), unique=True, min_size=1, max_size=3)


@st.composite
def wishes(draw: st.DrawFn, zone: str) -> dict[str, Any]:
    """The settings of one zone."""
    gandi = PROVIDER[zone] == "gandi"
    names: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for host in HOSTS:
        shapes = ["wan", "targets", "targets", "nothing", "alias", "alias and mail", "text and address", "mail"]
        shape = draw(some(shapes))
        if shape in {"alias", "alias and mail"}:
            proxied = not gandi and (shape == "alias and mail" or draw(st.booleans()))
            content = draw(some(["a.example.edu", "b.example.edu"]))
            records.append({"name": host, "type": "CNAME", "content": content, "proxied": proxied})
        if shape == "mail" or (shape == "alias and mail" and (not gandi or host == "@")):
            records.append({"name": host, "type": "MX", "content": ["10 a.example.edu", "20 b.example.edu"]})
        elif shape == "text and address":
            records.append({"name": host, "type": "TXT", "content": "v=spf1 -all"})
        if shape == "wan":
            names.append({"name": host, "proxied": not gandi and draw(st.booleans()), "comment": draw(some(["", "x"]))})
        elif shape in {"targets", "text and address"}:
            names.append({"name": host, "targets": draw(address_lists), "ttl": draw(some([300, 600]))})
    return {
        "zone": zone,
        "provider": PROVIDER[zone],
        "names": names,
        "records": records,
        "policy": draw(some(["sync", "sync", "sync", "upsert-only", "create-only"])),
        "adopt": draw(some(["owned", "never", "same-content", "all"])),
        "marks": draw(some(["txt", "txt", "none"] if gandi else ["txt", "txt", "comment", "none"])),
        "mark_prefix": draw(some(PREFIXES)),
        "targets": draw(some(["address", "address", "cname"])),
        "keep": draw(some([[], [], ["ttl"], ["proxied", "ttl", "comment"]])),
    }


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    """Settings of one to three zones; an alias at a name where more is wished is left out, as the user has to."""
    first, *others = draw(st.lists(some(list(PROVIDER)), unique=True, min_size=1, max_size=3))
    written = {**draw(wishes(first)), "zones": [draw(wishes(zone)) for zone in others]}
    for zone in (written, *written["zones"]):
        if zone["targets"] == "cname":
            busy = {record["name"] for record in zone["records"]}
            zone["names"] = [name for name in zone["names"] if name["name"] not in busy or "targets" in name]
    return parse(written, {}, stack=OWNER, where="test")


@st.composite
def any_addresses(draw: st.DrawFn, *, known: bool = False) -> tuple[Sighting, ...]:
    """What WAN detection has found."""
    if not known and draw(st.integers(0, 4)) == 0:
        return (Sighting(WAN, Family.IPV4, Unknown("no source answered")),)
    return (Sighting(WAN, Family.IPV4, Known(tuple(ip_address(one) for one in draw(address_lists)))),)


@dataclass(frozen=True)
class Theirs:
    """Somebody's records at a name, with the marks of whoever holds them."""

    zone: str
    host: str
    type: str
    contents: tuple[str, ...]
    holder: str
    managed: bool = False
    """Whether the provider itself keeps them."""

    def put_into(self, paper: Paper) -> None:
        """Add them, as far as the API takes them."""
        name = self.zone if self.host == "@" else f"{self.host}.{self.zone}"
        comment = f"[truenorth owner={OWNER}]" if self.holder == "our comment" and self.zone != "example.net" else ""
        self._add(paper, name, self.type, self.contents, comment)
        ours = ownership.encode(ownership.Mark("truenorth", OWNER, "x"))
        neighbours = ownership.encode(ownership.Mark("truenorth", "neighbour", "x"))
        tools = external_dns.encode(Labels("default", "ingress/web/shop"))
        if self.holder == "our mark":
            self._add(paper, ownership.mark_name(name, self.type), "TXT", (ours,))
        elif self.holder == "neighbour":
            self._add(paper, ownership.mark_name(name, self.type), "TXT", (neighbours,))
        elif self.holder == "external-dns" and not name.startswith("*"):
            self._add(paper, external_dns.mark_name(name, self.type, Affix()), "TXT", (tools,))
        elif self.holder == "external-dns, old format":
            self._add(paper, name, "TXT", (tools,))
        elif self.holder == "cloudflare-ddns":
            self._add(paper, name, "TXT", (cloudflare_ddns.encode("pod-7"),))

    def _add(self, paper: Paper, name: str, record_type: str, contents: tuple[str, ...], comment: str = "") -> None:
        ttl = 300 if self.zone == "example.net" else 1
        gandi = PROVIDER[self.zone] == "gandi"
        values = (canonical_content.joined(contents),) if gandi else contents
        for content in values:
            bare = record_type == "TXT" and not gandi and "heritage=" not in content
            spelling = content.strip('"') if bare else ""
            record = Record(name, record_type, content, ttl, proxied=False, comment=comment, spelling=spelling)
            if paper.can_stand(self.zone, record) and not paper.is_cut_off(self.zone, record):
                identity = paper.add(self.zone, record)
                if self.managed and not gandi:
                    paper.managed[identity] = "a Worker"


HOLDERS = (
    "nobody",
    "our mark",
    "our comment",
    "neighbour",
    "external-dns",
    "external-dns, old format",
    "cloudflare-ddns",
)
CONTENTS = {
    "A": (*TARGETS, ELSEWHERE),
    "AAAA": ("2001:db8::80",),
    "CNAME": ("a.example.edu", "truenorth.example.com"),
    "TXT": ('"v=spf1 -all"', '"hello"'),
    "MX": ("10 a.example.edu", "30 c.example.edu"),
    "NS": ("ns1.example.edu", "ns2.example.edu"),
}


@st.composite
def theirs(draw: st.DrawFn) -> Theirs:
    record_type = draw(some([*CONTENTS, "A", "A", "A"]))
    most = 1 if record_type == "CNAME" else 2
    contents = draw(st.lists(some(CONTENTS[record_type]), unique=True, min_size=1, max_size=most))
    host = draw(some([*HOSTS, "truenorth", "elsewhere"]))
    holder, managed = draw(some(HOLDERS)), draw(st.integers(0, 5)) == 0
    return Theirs(draw(some(list(PROVIDER))), host, record_type, tuple(contents), holder, managed)


Step = tuple[str, Any]
takeovers = st.builds(
    Takeover, some(["truenorth", "external-dns", "cloudflare-ddns", "routeflare"]), some(["", "default", "pod-7"])
).map(lambda one: Takeover("truenorth") if one.tool == "truenorth" else one)
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("wish"), any_settings()),
    st.tuples(st.just("addresses"), any_addresses()),
    st.tuples(st.just("theirs"), theirs()),
    st.tuples(st.just("edit"), st.tuples(st.integers(0, 99), some(["delete", "content", "ttl", "comment"]))),
    st.tuples(st.just("adopt"), takeovers),
    st.tuples(st.just("recover"), st.booleans()),
    st.tuples(st.just("state is lost"), st.none()),
)


Cut = tuple[int | None, frozenset[str]]
runs: st.SearchStrategy[Cut] = st.one_of(
    st.tuples(st.none(), st.just(frozenset[str]())),
    st.tuples(st.integers(1, 8), st.just(frozenset[str]())),
    st.tuples(st.none(), st.frozensets(some(list(PROVIDER)), max_size=1)),
)
"""After how many writes a run is cut off, and which zones cannot be read."""
