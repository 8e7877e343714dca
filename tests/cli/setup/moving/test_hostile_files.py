"""Whatever stands at whatever place of a file: it is read, or refused with a message, and is never a traceback."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.setup.moving.moved import moved
from stacks.model.errors import UserError
from tests.cli.setup.moving.test_shapes import SHAPES
from tests.profiles import examples

STRUCTURED = [shape for shape in SHAPES if shape.suffix in {".yaml", ".json"} and "{{" not in shape.read_text()]
TEXTS = [shape for shape in SHAPES if shape not in STRUCTURED]
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 10**9), st.floats(allow_nan=False), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any document
    """The paths of all values in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, one in inner for deeper in places(one, (*path, key)))]


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401 - likewise
    if not path:
        return value
    around = document
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = value
    return document


def _at(document: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - likewise
    for key in path:
        document = document[key]
    return document


def read(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        found = moved([str(file)], "", {})
    except UserError as refusal:
        said = [text for problem in refusal.problems for text in (problem.what, problem.where, problem.do)]
    else:
        said = [text for row in found.rows for text in (row.what.strip(), row.how)]
    assert all(said)


@pytest.mark.parametrize("shape", STRUCTURED, ids=lambda path: path.name)
@given(data=st.data())
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_at_any_place_of_a_document_is_read_or_refused(
    shape: Path, data: st.DataObject, tmp_path: Path
) -> None:
    documents = list(yaml.safe_load_all(shape.read_text()))
    number = data.draw(st.integers(0, len(documents) - 1))
    path = data.draw(st.sampled_from(places(documents[number])))
    documents[number] = put(documents[number], path, data.draw(values))
    is_json = shape.suffix == ".json"
    text = json.dumps(documents[0]) if is_json else yaml.safe_dump_all(documents, allow_unicode=True)
    read(tmp_path, shape.name, text)


@pytest.mark.parametrize("shape", STRUCTURED, ids=lambda path: path.name)
def test_a_number_where_a_list_stands_is_read_or_refused(shape: Path, tmp_path: Path) -> None:
    documents = list(yaml.safe_load_all(shape.read_text()))
    lists = [path for path in places(documents) if path and isinstance(_at(documents, path), list)]
    for path in lists:
        changed = put(deepcopy(documents), path, 7)
        is_json = shape.suffix == ".json"
        read(tmp_path, shape.name, json.dumps(changed[0]) if is_json else yaml.safe_dump_all(changed))


@pytest.mark.parametrize("shape", TEXTS, ids=lambda path: path.name)
@given(data=st.data())
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_with_a_part_cut_out_or_put_in_is_read_or_refused(
    shape: Path, data: st.DataObject, tmp_path: Path
) -> None:
    text = shape.read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    read(
        tmp_path,
        shape.name,
        text[:start] + data.draw(st.text(alphabet="ab\"'(){}[],;:=\n\\ 0", max_size=8)) + text[end:],
    )


@pytest.mark.parametrize("said", ["[]", "7", '{"a": 1}', '{"settings": 7}', '{"svc": 7}', "[" * 100_000])
def test_json_of_another_shape_within_a_text_is_told(said: str, tmp_path: Path) -> None:
    container = {"image": "qmcgaw/ddns-updater", "environment": {"CONFIG": said, "PERIOD": "5m"}}
    read(tmp_path, "compose.yaml", yaml.safe_dump({"services": {"ddns": container}}))
    read(tmp_path, "values.yaml", f"txtOwnerId: home\nprovider: cloudflare\nfqdnTemplates: {len(said)}\n")
    read(tmp_path, "dns.ini", f"[Gandi]\ntarget_domain_fqdn=example.com\n[WANIPState]\nip_check_services={said}\n")
