"""No text from outside holds up a parser, or ends it by an error that is not its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

import dns.exception
import dns.rdatatype
import pytest
from pydantic import TypeAdapter

from cli.ci import github, markdown
from cli.findings.finding import Finding
from cli.findings.sightings import source_label
from cli.notify.message import Fact, message
from cli.session import redactor
from cli.setup.moving.tools import favonia_filters, favonia_hosts
from cli.state.secrets import holder
from components.geo import marks as pool_marks
from components.marks import cloudflare_ddns, external_dns, in_comments, ownership
from components.plain_text import check_plain, quoted, visible
from components.records import canonical, canonical_content, hosts, international, zone_file_names
from components.records.logical_name import LogicalName
from components.records.record import Record
from components.records.types import RECORD_TYPES
from stacks.kube.objects import INGRESSES
from stacks.model import name_patterns, scope, selectors
from stacks.model.addresses import expression, host_part
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.errors import UserError
from stacks.model.templates.parse import parse as parse_template
from stacks.model.templates.values import TemplateError
from stacks.observe.cluster.claims import annotation_values, hostnames
from stacks.observe.cluster.claims.annotations import OURS, Annotated, read_settings
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import web_formats
from stacks.observe.wan.sources.web import BODY_LIMIT, PAGE_LIMIT
from stacks.observe.zone import record_data
from stacks.plan.records.cases import Case
from stacks.plan.records.unmarked import Unmarked, comment_pattern
from stacks.settings import fields, wan_source
from stacks.settings.finding import expressions
from stacks.settings.stack import parse as parse_settings
from tests.hostile.texts import LONGEST, TEXTS, seconds

Parser = Callable[[str], object]
KEY = ObjectKey("home", INGRESSES.kind, "shop", "web")
SHOWN = 2000
"""Characters of a message about one bad value."""


def settings(text: str) -> object:
    """The settings of a stack with the text at each place that takes one."""
    name = {"name": text, "comment": text, "targets": [text]}
    record = {"name": text, "type": "TXT", "content": text, "comment": text}
    given = {"zone": text, "owner": text, "names": [text, name], "records": [record], "canonical_name": text}
    return parse_settings(given, {}, stack="home", where="Pulumi.home.yaml")


def every_annotation(text: str) -> object:
    """The settings of an object with the text in each annotation that TrueNorth reads."""
    found: list[Complaint] = []
    every = ("content-mode", "type", "link", "host6", "ttl", "proxied", "comment", "hostname", "target")
    read_settings((Annotated(KEY, {OURS + one: text for one in every}),), found)
    assert all(len(one.text) < SHOWN and len(one.value) < SHOWN for one in found)
    return found


def told(text: str) -> object:
    return message("home", [Fact("change", text, Finding("change", "note", text, text, text, text))])


WISHED = Record("www.example.com", "A", "", 1, proxied=False, comment="")
VALUES = (
    *("content_mode", "types", "hostname_source", "access", "ttl", "boolean", "items", "hostnames", "targets"),
    *("target", "comment", "links", "tags", "hosts"),
)
PARSERS: Mapping[str, Parser] = {
    **{f"annotation {name}": getattr(annotation_values, name) for name in VALUES},
    "all annotations": every_annotation,
    "hostname": hostnames.hostname,
    "is_hostname": hostnames.is_hostname,
    "is_address": canonical.is_address,
    "intersection": lambda text: hostnames.intersection(text, "*.example.com"),
    "fqdn": lambda text: canonical.fqdn(text, "example.com"),
    "fqdn_of_zone_file": lambda text: canonical.fqdn_of_zone_file(text, "example.com"),
    "check_name": canonical.check_name,
    "to_ascii": international.to_ascii,
    "to_unicode": international.to_unicode,
    "in_both_forms": international.in_both_forms,
    "host in full": lambda text: hosts.completed(text, "example.com"),
    "pattern of comments": comment_pattern,
    "comment by a pattern": lambda text: Unmarked(comment=comment_pattern("a.*b.*c$")).takes(
        Record("www.example.com", "A", "", 1, proxied=False, comment=text), Case.OTHER_CONTENT, WISHED, ""
    ),
    **{f"content {one} in a zone": partial(canonical_content.content, one, zone="example.com") for one in RECORD_TYPES},
    "names of an annotation": annotation_values.each_hostname,
    "address": lambda text: canonical.address(text, "A"),
    **{f"content {one}": partial(canonical_content.content, one) for one in RECORD_TYPES},
    **{f"stored content {one}": partial(canonical_content.lenient, one) for one in RECORD_TYPES},
    "content at Gandi": lambda text: zone_file_names.absolute("CNAME", text, "example.com"),
    **{f"data {one}": partial(record_data.data, dns.rdatatype.from_text(one)) for one in RECORD_TYPES},
    "mark": ownership.parse,
    "mark of external-dns": lambda text: external_dns.parse(text, b"k" * 32),
    "mark of cloudflare-ddns": cloudflare_ddns.parse,
    "mark in a comment": in_comments.parse,
    "mark of a pool": pool_marks.parse,
    "logical name": LogicalName.parse,
    "source of addresses": wan_source.parse,
    "label of a source": source_label,
    "label of a source over https": lambda text: source_label(f"doh:{text}"),
    "answer of a web service": lambda text: web_formats.read_address(text.encode("utf-8", "replace")[:BODY_LIMIT]),
    "answer of a web service with a pattern": lambda text: web_formats.find_address(
        text.encode("utf-8", "replace")[:PAGE_LIMIT], r"ip[:=]\s*([0-9a-f:.]+)"
    ),
    "host part": host_part.parse,
    "expression of an address": expression.compiled,
    "domains of favonia's cloudflare-ddns": lambda text: [
        favonia_hosts.host6(favonia_hosts.taken_apart(one)[1]) for one in favonia_hosts.entries(text)
    ],
    "filter of favonia's cloudflare-ddns": favonia_filters.parsed,
    "owner of a lock": holder.has_died,
    "zone": TypeAdapter(fields.Zone).validate_python,
    "comment": TypeAdapter(fields.Comment).validate_python,
    "settings": settings,
    "pattern of names": name_patterns.check_pattern,
    "pattern of namespaces": name_patterns.check_namespace,
    "name by patterns": lambda text: [name_patterns.matches(one, text) for one in ("**.a*b*c", "*.*", "a*a*a*a")],
    "name that a pattern reaches": lambda text: name_patterns.reaches("**.a*b.example.com", f"*.{text}"),
    "expression of zones": expressions.parsed,
    "selector of labels": selectors.over_labels,
    "selector of annotations": selectors.over_annotations,
    "labels by a selector": lambda text: selectors.selects(selectors.over_labels("a>1,b in (c,d)"), {"a": text}),
    "scope of a target": scope.reach,
    "template": parse_template,
    "template with the text": lambda text: parse_template('{{ printf "%s" "' + text[:4000] + '" }}'),
    "redactor": redactor.redactor({}, ["ossifrage"]).text,
    **{f"redactor {sign or 'Bearer'}": partial(pattern.sub, instead) for sign, pattern, instead in redactor.PATTERNS},
    "visible": visible,
    "quoted": quoted,
    "check_plain": check_plain,
    "Markdown": markdown.prose,
    "Markdown code": markdown.code,
    "annotation of GitHub": lambda text: github.annotation("error", text, text),
    "notification": told,
}


@pytest.mark.parametrize("name", PARSERS)
def test_no_text_holds_a_parser_up_or_ends_it_by_an_error_of_another_kind(name: str) -> None:
    refused = (ValueError, UserError, TemplateError, dns.exception.DNSException, NoAnswerError)

    def read(text: str) -> None:
        with suppress(*refused):
            PARSERS[name](text)

    slow = {kind: f"{took * 1000:.0f} ms" for kind, text in TEXTS.items() if (took := seconds(read, text)) > LONGEST}
    assert slow == {}


@pytest.mark.parametrize("name", PARSERS)
def test_a_message_about_a_text_quotes_a_part_of_it(name: str) -> None:
    for text in TEXTS.values():
        try:
            PARSERS[name](text)
        except UserError as error:
            found = [str(one) for one in error.problems]
        except (ValueError, TemplateError, dns.exception.DNSException, NoAnswerError) as error:
            found = [str(error)]
        else:
            found = []
        assert [one for one in found if len(one) > SHOWN] == []
