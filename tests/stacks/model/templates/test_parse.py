"""What templates give, and what they are refused for; tests/differential has the real external-dns beside."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.templates.parse import LONGEST_TEMPLATE, parse
from stacks.model.templates.run import MOST_STEPS
from stacks.model.templates.values import LONGEST_TEXT, TemplateError, Texts
from tests.profiles import examples

LABELS = Texts({"env": "prod", "json": '[{"dns":"a.x","port":8080,"up":true},{"dns":"b.x"}]', "marker": ""})
SPEC = {"type": "LoadBalancer", "ports": ({"name": "http2", "port": 80}, {"name": "debug", "port": 8081}), "tls": None}


def an_object(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "Name": "web",
        "Namespace": "shop",
        "Kind": "Service",
        "APIVersion": "v1",
        "Labels": LABELS,
        "Annotations": Texts(),
        "ObjectMeta": {"name": "web", "labels": LABELS},
        "Metadata": {},
        "Spec": SPEC,
        "Status": {},
        "Object": {"data": {"target": "https://x.example.net/"}},
        **more,
    }


def parts(template: str, **more: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    return parse(template).parts(an_object(**more))


def whole(template: str) -> str:
    (only,) = parts(template)
    return only


def refusal(template: str) -> str:
    with pytest.raises(TemplateError) as raised:
        parse(template)
    return str(raised.value)


def failure(template: str) -> str:
    found = parse(template)
    with pytest.raises(TemplateError) as raised:
        found.parts(an_object())
    return str(raised.value)


class TestATemplate:
    def test_gives_the_texts_between_its_commas_each_once_without_a_dot_at_the_end(self) -> None:
        assert parts(" {{.Name}}.b. ,, {{.Name}}.a,{{ .Name }}.b") == ("web.a", "web.b")

    @pytest.mark.parametrize(
        ("template", "expected"),
        [
            ("{{.Name}}-{{ $.Namespace }}", "web-shop"),
            ("a {{- .Name -}}  b", "awebb"),
            ("{{/* a note */}}a{{- /* and another */ -}} b", "ab"),
            ("{{ .Spec.Type }}.{{ .Spec.type }}", "LoadBalancer.LoadBalancer"),
            ("{{ (index .Spec.Ports 1).Port }}", "8081"),
            ("{{ with .Labels.env }}{{ . }}{{ else }}none{{ end }}", "prod"),
            ("{{ with .Spec.TLS }}{{ . }}{{ else }}none{{ end }}", "none"),
            ('{{ if eq .Name "a" }}1{{ else if eq .Name "web" }}2{{ else }}3{{ end }}', "2"),
            ('{{ if eq .Name "a" "web" }}either{{ end }}', "either"),
            ('{{ if and .Name (not .Annotations) (ne .Kind "Node") }}all{{ end }}', "all"),
            ('{{ or .Annotations.dns "fallback" }}', "fallback"),
            ("{{ range $i, $one := .Spec.Ports }}{{ $i }}{{ $one.Name }}{{ end }}", "0http21debug"),
            ("{{ range .Spec.Ports }}{{ if eq .Port 80 }}{{ continue }}{{ end }}{{ .Name }}{{ end }}", "debug"),
            ("{{ range .Spec.Ports }}{{ .Name }}{{ break }}{{ end }}", "http2"),
            ("{{ range .Status.Nothing }}x{{ else }}none{{ end }}", "none"),
            ("{{ range $k, $v := .Labels }}{{ $k }}.{{ end }}x", "env.json.marker.x"),
            ("{{ $a := 1 }}{{ if true }}{{ $a := 2 }}{{ $a }}{{ end }}{{ $a }}", "21"),
            ('{{ (index (index .Labels "json" | fromJson) 0).port }}', "8080"),
            ('{{ range fromJson (index .Labels "json") }}{{ .up }};{{ end }}', "true;<no value>;"),
            ('{{ if hasKey .Labels "marker" }}has{{ end }}{{ if index .Labels "marker" }}not{{ end }}', "has"),
            ('{{ trimSuffix (trimPrefix .Object.data.target "https://") "/" }}', "x.example.net"),
            ('{{ "A-B" | toLower | replace "-" "." }}{{ trim "  c " }}', "a.bc"),
            ('{{ isIPv4 "192.0.2.1" }}{{ isIPv6 "192.0.2.1" }}{{ isIPv6 "::ffff:192.0.2.1" }}', "truefalsetrue"),
            ('{{ contains "hello" "ell" }}{{ printf "%s-%d%%%v" "a" 1 true }}', "truea-1%true"),
            ("{{ .Name | printf }}", "web"),
            ('{{ "a\\"b\\\\" }}{{ `c"` }}', 'a"b\\c"'),
        ],
    )
    def test_means_what_it_means_in_go(self, template: str, expected: str) -> None:
        assert whole(template) == expected

    def test_has_no_value_where_a_label_is_not_there_and_nothing_where_a_field_is_not(self) -> None:
        assert whole("{{ .Labels.other }}.{{ .Annotations.other }}") == "<no value>.<no value>"
        assert whole('x{{ index .Labels "other" }}{{ .Status.LoadBalancer.Ingress }}{{ .Spec.Other.More }}') == "x"

    def test_says_which_fields_it_reads(self) -> None:
        found = parse("{{ range .Spec.Ports }}{{ .Name }}{{ end }}{{ $.Object.data.x }}")
        assert found.fields == {("Spec", "Ports"), ("Name",), ("Object", "data", "x")}


class TestRefused:
    @pytest.mark.parametrize(
        ("template", "said"),
        [
            ('{{ define "x" }}{{ end }}', "'define' at character 4 is not among what is allowed: and, or, contains"),
            ('a{{ template "x" }}', "'template' at character 5 is not among"),
            ('{{ block "x" . }}{{ end }}', "'block' at character 4 is not among"),
            ("{{ call .Name }}", "'call' at character 4 is not among"),
            ("{{ html .Name }}", "'html' at character 4 is not among"),
            ("{{ len .Name }}", "'len' at character 4 is not among"),
            ("{{ $x := 1 }}{{ $x = 2 }}", "'=' at character 20 stands where the action ends"),
            ("{{ $x }}", "'$x' at character 4 has not been declared"),
            ("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", "'$x' at character 39 has not been declared"),
            ("{{ .GetName }}", "'.GetName' at character 4 is no field of an object; these are: .Name, .Namespace"),
            ("{{ range .Labels }}{{ $.Foo }}{{ end }}", "'$.Foo' at character 23 is no field of an object"),
            ("{{ name }}", "'name' at character 4 is not among"),
            ("{{ .Name", "the {{ at character 1 has no end"),
            ('{{ "}} a', "the {{ at character 1 has no end"),
            ("{{ if .Name }}", "an if, with or range has no {{end}}"),
            ("a{{ end }}", "'end' at character 5 belongs to nothing"),
            ("{{ break }}", "'break' at character 4 stands in no range"),
            ("{{}}", "'}}' at character 3 stands where a value belongs"),
            ("{{ eq }}", "'eq' at character 4 does not take 0 values"),
            ("{{ trim .Name .Kind }}", "'trim' at character 4 does not take 2 values"),
            ("{{ .Name .Kind }}", "'.Name' at character 4 is no function"),
            ("{{ 1.5 }}", "cannot be used here"),
            ("{{ 'a' }}", "cannot be used here"),
            ('{{ printf "%08d" 1 }}', "printf takes %s, %v and %d, each with a value"),
            ('{{ printf "%s" }}', "printf takes %s, %v and %d, each with a value"),
            ("{{ not trim }}", "'trim' at character 8 stands where a value belongs"),
            ("{{ (.Name }}", "'}}' at character 11 stands where a bracket ends"),
            ("{{ " + "(" * 30 + ".Name" + ")" * 30 + " }}", "more than 20 blocks and brackets"),
            ("{{ if true }}" * 30 + "{{ end }}" * 30, "more than 20 blocks and brackets"),
            ("a" * (LONGEST_TEMPLATE + 1), "a template has at most 4,096 characters"),
        ],
    )
    def test_is_what_external_dns_does_not_document_and_what_is_no_template_with_its_place(
        self, template: str, said: str
    ) -> None:
        assert said in refusal(template)


class TestAnObjectFails:
    @pytest.mark.parametrize(
        ("template", "said"),
        [
            ("{{ toLower .Labels.other }}", "toLower: a text is needed, not nothing"),
            ("{{ trim .Spec.Ports }}", "trim: a text is needed, not a list"),
            ("{{ .Spec.Ports }}", "a list is no part of a name"),
            ("{{ .Name.First }}", ".First is asked of a text"),
            ("{{ range .Name }}{{ end }}", "range goes through lists and maps, not through a text"),
            ("{{ index .Spec.Ports 2 }}", "index: '2' is no index of a list"),
            ('{{ index .Spec.Ports "a" }}', "index: 'a' is no index of a list"),
            ("{{ eq .Name 1 }}", "eq: a text and a number cannot be compared"),
            ("{{ eq .Spec .Spec }}", "eq: a map and a map cannot be compared"),
            ('{{ printf "%d" .Name }}', "printf: %d does not take a value like that"),
        ],
    )
    def test_where_the_template_does_not_fit_it_and_the_message_says_why(self, template: str, said: str) -> None:
        assert failure(template) == said


class TestBounds:
    def test_nothing_becomes_long(self) -> None:
        twice = "".join(f'{{{{ $v{n + 1} := printf "%s%s" $v{n} $v{n} }}}}' for n in range(40))
        assert f"more than {LONGEST_TEXT:,} characters" in failure('{{ $v0 := "aaaaaaaaaaaaaaaa" }}' + twice)
        assert "replace: it would give more" in failure('{{ replace "" "' + "x" * 2000 + '" "0123456789" }}')
        assert "it gives more than" in failure(
            "{{ $l := fromJson `["
            + ",".join("1" * 100)
            + "]` }}{{ range $l }}{{ range $l }}"
            + "x" * 50
            + "{{ end }}{{ end }}"
        )

    def test_nothing_takes_long(self) -> None:
        loops = "{{ range $.Spec.Many }}" * 8 + "{{ if eq . 1 }}{{ end }}" + "{{ end }}" * 8
        began = time.process_time()
        with pytest.raises(TemplateError, match=f"more than {MOST_STEPS:,} steps"):
            parse(loops).parts(an_object(Spec={"many": tuple(range(1000))}))
        assert time.process_time() - began < 10

    def test_json_of_any_depth_is_read_or_is_nothing(self) -> None:
        assert parts("{{ if fromJson .Name }}some{{ else }}none{{ end }}", Name="[" * 8000 + "]" * 8000)
        assert whole("{{ if fromJson `NaN` }}some{{ else }}none{{ end }}") == "none"


WORDS = [
    *(
        "{{",
        "{{",
        "{{",
        "{{- ",
        "}}",
        "}}",
        "}}",
        " -}}",
        " ",
        " ",
        "(",
        ")",
        "|",
        ",",
        ":=",
        "=",
        ".",
        "$",
        "$x",
        "$k, $v :=",
    ),
    *("if ", "else", "end", "end", "range ", "with ", "break", "continue", ".Name", ".Labels", ".Spec.Ports", ".Port"),
    *("and ", "or ", "not ", "eq ", "index ", "printf ", "fromJson ", "replace ", "trim ", "hasKey ", "contains "),
    *('"a"', '"%s"', "`[1]`", "0", "1", "true", "/* c */", '"', "`", "\\", "\n", "-", "{", "}", "x.example.com"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


PIPELINES = st.sampled_from(
    [
        *(
            ".",
            "$",
            ".Name",
            "$.Labels",
            ".Spec",
            ".Spec.Ports",
            ".Status.A.B",
            "$.Spec.Ports.A",
            ".Labels.env",
            "$x",
            "$k",
        ),
        *(
            "true",
            "-1",
            '"a.b"',
            "index . 0",
            'index $.Spec.Ports 0 "a"',
            "index $.Labels `json` | fromJson",
            "fromJson $k",
        ),
        *(
            "or . $x | not",
            "and $.Spec .",
            "eq . $x",
            'ne $x "a"',
            '. | printf "%v"',
            'printf "%s-%d" . $k',
            "$x | trim",
        ),
        *(
            'replace "" "bb" $x',
            "hasKey . $k",
            "(index $.Spec.Ports 0).name",
            "isIPv6 . | contains $x",
            "break",
            "continue",
        ),
    ]
)
OPENINGS = st.sampled_from(["if %s", "with %s", "with $x := %s", "range %s", "range $x := %s", "range $k, $x := %s"])
BLOCKS = st.recursive(
    st.just("a.") | PIPELINES.map("{{%s}}".__mod__) | PIPELINES.map("{{ $x := %s -}}".__mod__),
    lambda inner: (
        st.lists(inner, max_size=3).map("".join)
        | st.tuples(OPENINGS, PIPELINES, inner, inner).map(
            lambda made: f"{{{{{made[0] % made[1]}}}}}{made[2]}{{{{else}}}}{made[3]}{{{{end}}}}"
        )
    ),
    max_leaves=12,
)
BROKEN = st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | st.text(max_size=60)


class TestAnyText:
    @settings(max_examples=examples(2_000))
    @given(BROKEN | BLOCKS.map("{{$x := .Name}}{{$k := 1}}%s".__mod__), JSON, JSON)
    def test_is_refused_or_gives_an_object_few_parts_or_says_why_it_cannot(
        self, text: str, spec: object, ports: object
    ) -> None:
        told = ""
        try:
            found = parse(text).parts(an_object(Spec=spec if isinstance(spec, dict) else {"ports": ports}))
        except TemplateError as error:
            found, told = (), str(error)
        assert sum(map(len, found)) <= LONGEST_TEXT
        assert len(told) < 1000
        assert found == tuple(sorted(set(filter(None, found))))
