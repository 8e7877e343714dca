"""The schema for editors accepts what the parser accepts, and refuses what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # it has no types
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.errors import UserError
from stacks.settings.files import from_file
from stacks.settings.reference.models import field_texts, sections
from stacks.settings.reference.schema import schema
from stacks.settings.stack import NAMESPACE, Settings
from tests.docs.blocks import PAGES, blocks

ROOT = Path(__file__).resolve().parents[4]
SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PUBLISHED = ROOT / "docs" / "settings.schema.json"
FILES = [
    *sorted(
        file
        for folder in ("stacks", "deploy", "examples", "template")
        for file in ROOT.glob(f"{folder}/**/Pulumi.*.yaml")
    )
]


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """All settings files in the repository, and all settings in the documents."""
    for file in FILES:
        yield str(file.relative_to(ROOT)), yaml.safe_load(file.read_text())
    for page in PAGES:
        for number, block in enumerate(blocks(page, "yaml")):
            try:
                document = yaml.safe_load(block)
            except yaml.YAMLError:
                continue
            if isinstance(document, dict) and isinstance(document.get("config"), dict):
                yield f"{page} {number}", document


EXAMPLES = dict(documents())
WANTED = {"zone": "example.com", "names": ["www"]}


def parser_accepts(document: Mapping[str, Any], folder: Path) -> bool:
    file = folder / "Pulumi.home.yaml"
    file.write_text(yaml.safe_dump(dict(document)))
    try:
        from_file(file, {}, "home")
    except UserError:
        return False
    return True


def settings(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a user may write
    return {"config": {f"{NAMESPACE}:{key}": value for key, value in (WANTED | values).items()}}


def test_the_schema_is_one_and_says_of_which_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("/2020-12/schema")


def test_there_are_examples_of_most_settings() -> None:
    used = {key for document in EXAMPLES.values() for key in document.get("config", {})}
    assert len(EXAMPLES) > 20
    assert len({key for key in used if key.startswith(NAMESPACE)}) > 15


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_that_the_parser_accepts_is_accepted(example: str, tmp_path: Path) -> None:
    document = EXAMPLES[example]
    faults = [one.message for one in VALIDATOR.iter_errors(document)]
    with_zone = {"config": {"truenorth:zone": "example.com"} | document.get("config", {})}
    if parser_accepts(document, tmp_path) or parser_accepts(with_zone, tmp_path):
        assert faults == []


@pytest.mark.parametrize(
    "values",
    [
        {"watch": {"drift": "5m", "settle": 0.5}},
        {"names": [{"name": "www", "type": "A"}, "api"]},
        {"records": [{"name": "@", "type": "MX", "content": "10 mail.example.net"}]},
        {"clusters": ["home", {"context": "away", "sources": ["ingress"]}]},
        {"geo": {"cluster": "home", "location": "eu", "hostname": "all.example.com", "weight": 50}},
        {"geo": {"cluster": "home", "location": {"name": "eu"}, "hostnames": "all.example.com"}},
        {"wan": {"links": {"fibre": {"via": "eth1"}}}},
        {"zones": [{"zone": "example.net", "token": "NET"}], "shards": "auto"},
    ],
)
def test_short_forms_are_accepted_by_both(values: dict[str, Any], tmp_path: Path) -> None:
    assert parser_accepts(settings(**values), tmp_path)
    assert [one.message for one in VALIDATOR.iter_errors(settings(**values))] == []


@pytest.mark.parametrize(
    "values",
    [
        {"nmaes": ["www"]},
        {"watch": {"dirft": 5}},
        {"names": [{"name": "www", "tll": 5}]},
        {"names": "www"},
        {"names": [{"ttl": 300}]},
        {"proxied": [True]},
        {"policy": "everything"},
        {"confirm": -1},
        {"watch": {"drift": "soon"}},
        {"watch": {"drift": 1}},
        {"guard": {"share": 2}},
        {"zones": [{"names": ["www"]}]},
        {"wan": {"links": {"fibre": {"speed": 5}}}},
        {"geo": {"cluster": "home", "location": {"nmae": "eu"}}},
        {"records": [{"name": "@", "type": "DNAME", "content": "x"}]},
    ],
)
def test_a_key_that_does_not_exist_and_a_value_of_the_wrong_type_are_refused_by_both(
    values: dict[str, Any], tmp_path: Path
) -> None:
    assert not parser_accepts(settings(**values), tmp_path)
    assert list(VALIDATOR.iter_errors(settings(**values)))


@given(name=st.sampled_from(sorted(Settings.model_fields)), letter=st.sampled_from("xyz_"))
def test_any_misspelt_setting_of_the_first_level_is_refused(name: str, letter: str) -> None:
    assert list(VALIDATOR.iter_errors(settings(**{name + letter: 1})))


def test_keys_of_other_packages_and_of_pulumi_itself_are_left_alone() -> None:
    document = settings() | {"encryptionsalt": "v1:x", "secretsprovider": "passphrase", "environment": ["base"]}
    document["config"]["aws:region"] = "eu-central-1"
    assert list(VALIDATOR.iter_errors(document)) == []


def test_every_setting_has_a_description() -> None:
    for section in sections():
        assert set(section.model.model_fields) - set(field_texts(section.model)) == set(), section.path
    first = SCHEMA["properties"]["config"]["properties"]
    assert all(property_.get("description") for property_ in first.values())


def test_the_published_file_is_current() -> None:
    assert json.loads(PUBLISHED.read_text()) == SCHEMA, "write it again: truenorth schema > docs/settings.schema.json"
