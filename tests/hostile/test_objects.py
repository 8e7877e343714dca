"""No object of any kind holds a source up or ends it, whatever its owner writes into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

import pytest

from stacks.model.claims import Claim, Complaint
from stacks.model.errors import UserError
from stacks.model.templates.parse import parse
from stacks.model.templates.values import TemplateError
from stacks.model.values import Known
from stacks.observe.cluster.sources import sources_of
from stacks.settings.cluster import ClusterSettings, SourceName
from stacks.settings.stack import parse as parse_settings
from tests.hostile.everywhere import VOCABULARY, Hostile, places
from tests.hostile.texts import LONGEST, TEXTS, seconds

SHOWN = 2000
"""Characters of a message about one bad value."""
FEW = ("letters", "items", "NUL", "tags of rich", "confusables")
"""Of the texts, for each annotation of each kind."""
SOME = (*FEW, "digits", "labels", "dots", "addresses", "quoted strings", "escapes", "spaces", "lines", "surrogates")
"""Of the texts, for each place of the settings."""
TEMPLATES = {
    "names": '{{ .Name }}.{{ index .Annotations "truenorth/hostname" | toLower | trim }}.example.com',
    "pairs": '{{ range .Spec.hosts }}{{ . | replace "a" "b" }}:{{ $.Spec.host }},{{ end }}',
}
KIND = {
    "group": "example.com",
    "version": "v1",
    "kind": "Site",
    "plural": "sites",
    "names": ["spec.hosts[]", "spec.rules[].match"],
    "addresses": ["status.loadBalancer.ingress[].ip", "status.loadBalancer.ingress[].hostname"],
    "ready": "Ready",
}
RULE = {**KIND, "plural": "rules", "reading": "rule", "service": "edge/web"}
CLUSTERS: Mapping[str, ClusterSettings] = {
    "as it is": ClusterSettings(sources=get_args(SourceName), kinds=(KIND, RULE)),  # type: ignore[arg-type] # as written
    "with templates and a prefix": ClusterSettings(
        sources=get_args(SourceName),
        kinds=(KIND,),  # type: ignore[arg-type] # as written
        templates=TEMPLATES,  # type: ignore[arg-type] # likewise
        annotation_prefix="in.example.com/",
        default_targets={"ingress": "ddns"},
    ),
}
SOURCES = [(of, name) for of, cluster in CLUSTERS.items() for name in sources_of(cluster)]


@pytest.mark.parametrize(("of", "name"), SOURCES, ids=str)
def test_the_object_says_something_to_every_source(of: str, name: str) -> None:
    assert [*claims(of, name, Hostile("www.example.com", hostname(of)))] != []


def hostname(of: str) -> str:
    """The annotation for names."""
    return f"{CLUSTERS[of].annotation_prefix or 'truenorth/'}hostname"


def claims(of: str, name: str, hostile: Hostile) -> Iterator[Claim | Complaint]:
    found = sources_of(CLUSTERS[of])[name].claims(hostile)
    yield from found.value if isinstance(found, Known) else ()


@pytest.mark.parametrize(("of", "name"), SOURCES, ids=str)
def test_no_text_in_an_object_holds_its_source_up(of: str, name: str) -> None:
    slow = {}
    for kind, text in TEXTS.items():
        took = seconds(lambda one: [*claims(of, name, Hostile(one, hostname(of)))], text)
        if took > LONGEST:
            slow[kind] = f"{took * 1000:.0f} ms"
    assert slow == {}


@pytest.mark.parametrize(("of", "name"), SOURCES, ids=str)
def test_every_annotation_of_every_kind_takes_every_text_and_quotes_a_part_of_it(of: str, name: str) -> None:
    prefix = CLUSTERS[of].annotation_prefix
    for annotation in dict.fromkeys(prefix + one.partition("/")[2] if prefix else one for one in VOCABULARY):
        for kind in FEW:
            told = [one for one in claims(of, name, Hostile(TEXTS[kind], annotation)) if isinstance(one, Complaint)]
            assert [one.text[:100] for one in told if len(one.text) > SHOWN or len(one.value) > SHOWN] == []


@pytest.mark.parametrize("kind", SOME)
def test_no_text_in_the_settings_of_a_cluster_holds_them_up_or_is_quoted_as_a_whole(kind: str) -> None:
    wrong: dict[str, str] = {}

    def read(_: str) -> None:
        try:
            parse_settings({"zone": "example.com", "cluster": place}, {}, stack="home", where="Pulumi.home.yaml")
        except UserError as error:
            longest = max(len(str(one)) for one in error.problems)
            if longest > SHOWN:
                wrong[path] = f"{longest} characters"

    for path, place in places(ClusterSettings, TEXTS[kind]):  # noqa: B007 - for `read`
        took = seconds(read, "")
        if took > LONGEST:
            wrong[path] = f"{took * 1000:.0f} ms"
    assert wrong == {}


@pytest.mark.parametrize(
    "template",
    [
        "{{ .Name | toLower | trim }}",
        '{{ trimPrefix .Name "a" }}{{ trimSuffix .Name "a" }}{{ contains .Name "x" }}',
        '{{ .Name | replace "a" "bbbb" }}',
        "{{ isIPv4 .Name }}{{ isIPv6 .Name }}",
        '{{ printf "%s.%v" .Name .Namespace }}',
        "{{ printf .Name }}",
        "{{ fromJson .Name }}",
        "{{ range fromJson .Name }}{{ . }},{{ end }}",
        "{{ index .Labels .Name }}{{ hasKey .Annotations .Name }}",
        "{{ eq .Name .Namespace }}{{ .Spec }}",
        "{{ range .Spec }}{{ range $.Spec }}{{ . }}{{ end }}{{ end }}",
    ],
)
def test_no_object_holds_a_template_up(template: str) -> None:
    step, said = parse(template), [0]

    def read(text: str) -> None:
        shown = {"Name": text, "Namespace": text, "Labels": {text: text}, "Annotations": {text: text}}
        try:
            step.parts({**shown, "Spec": [text] * 20, "Kind": "Site", "APIVersion": "v1", "Object": {}})
        except TemplateError as error:
            said.append(len(str(error)))

    texts = {**TEXTS, "JSON": "[" * 250_000, "JSON of digits": "1" * 250_000, "JSON of items": f"[{'1,' * 99_999}1]"}
    assert {kind: took for kind, text in texts.items() if (took := seconds(read, text)) > LONGEST} == {}
    assert max(said) < SHOWN
