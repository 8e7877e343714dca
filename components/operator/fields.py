"""Expressions in CEL for the texts in the fields of a described kind, for the API server's policy.

Each is of any object: a field that is not there, or of another type, has no texts, as in
`stacks/observe/cluster/kinds/described.py`. The chart makes the same (`truenorth.texts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from components.operator.args import KindArgs, Reading

_NONE = "''"
_MATCHER = "!?[ ]{0,8}\\\\b(?:HostSNI|HostHeader|Host)[(][^()]*[)]"
_QUOTED = '`[^`]{0,256}`|\\"[^\\"]{0,256}\\"'
READINGS: Mapping[Reading, str] = {
    "names": "@",
    "hosts": "@.substring(@.lastIndexOf('/') + 1)",
    "rule": (
        f"(size(@) > 8192 ? '' : @.findAll(\"{_MATCHER}\").filter(m, !m.startsWith('!'))"
        f".map(m, m.findAll(\"{_QUOTED}\").map(t, t.substring(1, size(t) - 1)).join(',')).join(','))"
    ),
}
"""The names in a text `@` of a field, with commas between: itself, a host of Istio's after its namespace, a rule's."""


def described(kinds: Sequence[KindArgs]) -> str:
    """Return the expression for the names in an object's fields, as they are now and as they were before."""
    return f"[object, oldObject].map(o, {' + '.join(map(names_of, kinds)) or _NONE})"


def names_of(kind: KindArgs) -> str:
    """Return the expression for the names in the object o, if it is of the kind, with commas between."""
    found = (f"{_texts('o', path.split('.'), READINGS[kind.reading])} + ','" for path in kind.names)
    is_kind = f"request.kind.group == '{kind.group}' && request.kind.kind == '{kind.kind}'"
    return f"({is_kind} ? {' + '.join(found) or _NONE} : '')"


def _texts(place: str, steps: Sequence[str], reading: str) -> str:
    """Return the expression for the texts below a place of an object. steps: the fields to them."""
    if not steps:
        return f"(type({place}) == string ? {reading.replace('@', place)} : '')"
    name, more = steps[0].removesuffix("[]"), steps[1:]
    found, there = f"{place}['{name}']", f"type({place}) == map && '{name}' in {place}"
    if name == steps[0]:
        return f"({there} ? {_texts(found, more, reading)} : '')"
    item = f"i{len(steps)}"
    listed = f"{found}.map({item}, {_texts(item, more, reading)}).join(',')"
    return f"({there} && type({found}) == list ? {listed} : '')"
