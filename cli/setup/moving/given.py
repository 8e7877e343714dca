"""Finds what tools were given in documents: the arguments and variables of containers, the values of charts."""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cli.setup.moving.documents import Document
from stacks.model.errors import UserError
from stacks.settings.problems import short

LONGEST_PATH = 16
_PART = re.compile(r"((?:[^.\[\]\\]|\\.)+)|\[(\d{1,3})\]")
"""A part of the path of a parameter: a name, in which `\\.` is a dot, or the place in a list."""
_SHELLS = ("sh", "bash", "ash")
SECRET = None
"""The value of a variable that comes from a Secret or a file of secrets."""


@dataclass(frozen=True, slots=True)
class Container:
    """A program that is started. image: "" where the file has variables alone.

    missing: places with further variables that no file has, such as ConfigMaps; secrets: Secrets that give variables.
    """

    where: str
    image: str = ""
    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Values of a Helm chart. name: "" where the file does not say. missing: files with further values, not read."""

    where: str
    name: str
    values: Mapping[str, Any]
    missing: tuple[str, ...] = ()


def containers(documents: Sequence[Document]) -> Iterator[Container]:
    """Yield the containers of workloads and compose files, and lists of variables that no container takes up."""
    maps = {_name(one): one for document in documents for one in _objects(document) if one.get("kind") == "ConfigMap"}
    files = {Path(one.file).name: one for one in documents if one.form == "variables"}
    used: set[str] = set()
    for document in documents:
        for found in _objects(document):
            where = f"{document.where}, {found.get('kind')} {_name(found)}"
            for one in (one for spec in _pods(found) for one in _maps(spec.get("containers"))):
                yield _of_pod(one, where, maps, used)
            for name, one in _map(found.get("services")).items():
                if isinstance(one, Mapping):
                    yield _of_compose(one, f"{document.where}, service {name}", files, used)
    for name in maps.keys() - used:
        yield Container(f"ConfigMap {name}", variables=_texts(_map(maps[name].get("data"))))
    for name in files.keys() - used:
        yield Container(files[name].where, variables=files[name].value)


def charts(documents: Sequence[Document]) -> Iterator[Chart]:
    """Yield the values of charts: in objects of Flux, Argo CD and k3s, kustomizations, helmfiles, or by themselves."""
    for document in documents:
        for one in _objects(document):
            kind = str(one.get("kind"))
            where = f"{document.where}, {kind} {_name(one)}"
            if kind in _OF_CHARTS:
                yield from _OF_CHARTS[kind](one, _map(one.get("spec")), where)
            elif "helmCharts" in one:
                for chart in _maps(one.get("helmCharts")):
                    yield Chart(where, str(chart.get("name", "")), _map(chart.get("valuesInline")))
            elif "releases" in one:
                yield from (_of_helmfile(release, document.where) for release in _maps(one.get("releases")))
            elif "kind" not in one and "services" not in one:
                yield Chart(document.where, "", one)


def _of_flux(one: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[Chart]:
    named = _map(_map(spec.get("chart")).get("spec")).get("chart") or _name(spec.get("chartRef"))
    others = tuple(f"{found.get('kind')} {_name(found)}" for found in _maps(spec.get("valuesFrom")))
    yield Chart(where, str(named or _name(one)), _map(spec.get("values")), others)


def _of_k3s(_: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[Chart]:
    yield Chart(where, str(spec.get("chart", "")), _map(_yaml(spec.get("valuesContent"), where)))


def _of_argo_set(one: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[Chart]:
    yield from _of_argo(one, _map(_map(spec.get("template")).get("spec")), where)


def _of_argo(one: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[Chart]:
    for source in (_map(spec.get("source")), *_maps(spec.get("sources"))):
        helm = _map(source.get("helm"))
        values = {**_map(_yaml(helm.get("values"), where)), **_map(helm.get("valuesObject"))}
        values = _with_parameters(values, helm.get("parameters"))
        if values:
            files = helm.get("valueFiles")
            others = tuple(map(str, files)) if isinstance(files, list) else ()
            yield Chart(where, str(source.get("chart") or _name(one)), values, others)


def _of_helmfile(release: Mapping[str, Any], where: str) -> Chart:
    """Return the values that stand in a release of a helmfile, and not in files of their own."""
    values: dict[str, Any] = {}
    listed = release.get("values")
    for one in _maps(listed):
        values |= one
    others = tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
    whole = _with_parameters(values, release.get("set"))
    return Chart(f"{where}, release {_name(release)}", _name(release), whole, others)


_OF_CHARTS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], Iterator[Chart]]] = {
    "HelmRelease": _of_flux,
    "HelmChart": _of_k3s,
    "Application": _of_argo,
    "ApplicationSet": _of_argo_set,
}
"""The objects that have values of a chart, by their kind."""


def of_values(chart: Chart) -> Iterator[Container]:
    """Yield the containers that the values of a general chart describe, as bjw-s's app-template has them."""

    def within(values: Mapping[str, Any], path: str) -> Iterator[Container]:
        image = values.get("image")
        named = image.get("repository") if isinstance(image, Mapping) else image
        if isinstance(named, str) and ("env" in values or "args" in values):
            yield _of_pod({**values, "image": named}, chart.where + path, {}, set())
            return
        for key, inner in values.items():
            if isinstance(inner, Mapping):
                yield from within(inner, f"{path}.{key}" if path else f", {key}")

    yield from within(chart.values, "")


def _of_pod(one: Mapping[str, Any], where: str, maps: Mapping[str, Mapping[str, Any]], used: set[str]) -> Container:
    variables: dict[str, str | None] = {}
    missing, secrets = [], []
    sources = one.get("envFrom")
    for source in _maps(sources):
        name = _name(source.get("configMapRef") or source.get("secretRef") or source)
        if "secretRef" in source:
            secrets.append(name)
        elif name in maps:
            used.add(name)
            variables |= _texts(_map(maps[name].get("data")))
        else:
            missing.append(f"ConfigMap {name}")
    listed = one.get("env")
    pairs = listed.items() if isinstance(listed, Mapping) else ((entry.get("name"), entry) for entry in _maps(listed))
    for key, entry in pairs:
        variables[str(key)] = _value(entry, maps)
    command, arguments = one.get("command"), one.get("args")
    both = isinstance(command, list) and isinstance(arguments, list)
    words = _words([*command, *arguments]) if both else [*_words(command), *_words(arguments)]  # type: ignore[misc] # lists
    return Container(where, str(one.get("image", "")).lower(), tuple(words), variables, tuple(missing), tuple(secrets))


def _of_compose(one: Mapping[str, Any], where: str, files: Mapping[str, Document], used: set[str]) -> Container:
    variables: dict[str, str | None] = {}
    missing = []
    listed = one.get("env_file", [])
    for entry in listed if isinstance(listed, list) else [listed]:
        name = Path(str(entry.get("path") if isinstance(entry, Mapping) else entry)).name
        if name in files:
            used.add(name)
            variables |= files[name].value
        else:
            missing.append(name)
    said = one.get("environment") or {}
    if isinstance(said, list):
        variables |= {key: value for key, _, value in (str(entry).partition("=") for entry in said)}
    else:
        variables |= _texts(_map(said))
    words = (*_words(one.get("entrypoint")), *_words(one.get("command")))
    return Container(where, str(one.get("image", "")).lower(), words, variables, tuple(missing))


def _value(entry: object, maps: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the value of a variable of a container; None where it comes from a Secret."""
    if not isinstance(entry, Mapping):
        return _text(entry)
    source = _map(entry.get("valueFrom"))
    reference = _map(source.get("configMapKeyRef"))
    if reference:
        data = _map(maps.get(_name(reference), {}).get("data"))
        key = str(reference.get("key"))
        return _text(data[key]) if key in data else f"${{ConfigMap {_name(reference)}, {key}}}"
    return SECRET if source else _text(entry.get("value"))


def _words(value: object) -> tuple[str, ...]:
    """Return arguments; those of a shell, `sh -c "..."`, as the shell would split them."""
    try:
        words = shlex.split(value) if isinstance(value, str) else [str(one) for one in value or []]  # type: ignore[attr-defined]
        if len(words) > 2 and Path(words[0]).name in _SHELLS and "c" in words[1]:  # noqa: PLR2004 - sh, -c, the command
            words = shlex.split(words[2].removeprefix("exec "))
        return tuple(part for word in words for part in (shlex.split(word) if "\n" in word.strip() else [word]))
    except (ValueError, TypeError):
        return (str(value),)


def _objects(document: Document) -> Iterator[Mapping[str, Any]]:
    if document.form == "yaml":
        for one in document.value if isinstance(document.value, list) else [document.value]:
            if isinstance(one, Mapping):
                yield from _maps(one.get("items")) if one.get("kind") == "List" else (one,)


def _pods(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the specifications of pods in an object."""
    spec = _map(found.get("spec"))
    spec = _map(_map(spec.get("jobTemplate")).get("spec")) or spec
    template = _map(_map(spec.get("template")).get("spec")) or spec
    if isinstance(template.get("containers"), list):
        yield template


def _name(value: object) -> str:
    named = _map(value)
    return str(named.get("name") or _map(named.get("metadata")).get("name") or "")


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    return {str(key): _text(value) for key, value in values.items()}


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _yaml(value: object, where: str) -> object:
    """Return the document in a text. Raises UserError for one that cannot be read."""
    try:
        return yaml.safe_load(value) if isinstance(value, str) else value
    except yaml.YAMLError as error:
        raise UserError(f"the values of the chart cannot be read: {short(error)}", where, "mend the file") from None


def _with_parameters(values: Mapping[str, Any], parameters: object) -> dict[str, Any]:
    """Return values with those of parameters, as `helm --set` has them: `a.b`, `a[0]`."""
    whole = copy.deepcopy(dict(values))
    for one in _maps(parameters):
        path = _PART.findall(str(one.get("name")))[:LONGEST_PATH]
        if path:
            _put(
                whole, [int(number) if number else name.replace("\\.", ".") for name, number in path], one.get("value")
            )
    return whole


def _put(values: Any, path: list[str | int], value: object) -> None:  # noqa: ANN401 - a mapping or a list
    """Put a value at a path into values. What stands in its way is replaced, as Helm does."""
    for number, part in enumerate(path, 1):
        if isinstance(values, list):
            if not isinstance(part, int) or part > len(values):
                return
            values.extend([None] * (part == len(values)))
        inner = value if number == len(path) else [] if isinstance(path[number], int) else {}
        there = values[part] if isinstance(values, list) else values.get(part)  # type: ignore[index] # an int, by the above
        if number == len(path) or type(there) is not type(inner):
            values[part] = inner
        values = values[part]
