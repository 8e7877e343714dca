"""Write the reference of all settings as Markdown, from their models: `python -m scripts.settings_reference`.

Types, bounds and defaults are those of the models, and the meaning of a setting is the text below its field.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from stacks.settings import geo, zone
from stacks.settings.reference.models import Section, field_texts, models_in, sections
from stacks.settings.watch import Seconds

HEAD = """\
# Settings

<!-- Written by `python -m scripts.settings_reference`; to change it, change the models and write it again. -->

Settings stand in `Pulumi.<stack>.yaml` as `truenorth:NAME`. The environment variable `TRUENORTH_NAME`
(`TRUENORTH_TTL`, `TRUENORTH_WAN`) wins over the setting of the first level that bears its name. A setting that does not
exist, or a value that is not possible, is refused before anything is done (exit code 2): the message says which, where
and what to do.

Durations are seconds, or have a unit: `500ms`, `15s`, `2m`, `1h`. Credentials are no settings: they come from variables
and [files](security.md#secrets-from-files).

## In an editor

An editor that knows JSON Schema (VS Code with the YAML extension, and whatever uses yaml-language-server) completes
names, shows the texts below, and marks what does not exist. In a new project `truenorth init` has seen to it;
elsewhere, and after an upgrade, write the schema beside the settings:

```sh
truenorth schema --output truenorth.schema.json
```

with `# yaml-language-server: $schema=./truenorth.schema.json` as the first line of the settings file.

## An example

Names point at addresses; records have what is written down, so that a small zone can live here whole:

```yaml
config:
  truenorth:zone: example.com
  truenorth:targets: cname              # a new address is one write, however many names there are
  truenorth:names: [www, api, "@"]
  truenorth:records:
    - {name: "@", type: MX, content: [10 mail.example.net, 20 mail.example.org]}
    - {name: _dmarc, type: TXT, content: "v=DMARC1; p=none"}
  truenorth:zones:
    - zone: example.net
      provider: gandi
      token: NET_TOKEN
      names: [www]
```
"""
FIRST = ("zone", "names", "records", "zones", "provider", "zone_id", "token", "owner")
TABLE = "| setting | type | default | meaning |\n|---|---|---|---|"
_SIMPLE: Mapping[Any, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "true, false",
    dict: "mapping",
    Any: "anything",
    IPv4Network: "network",
    IPv6Network: "network",
}
_NAMED = (
    (zone.Ttl, "seconds, 1 for automatic"),
    (zone.Zone, "domain"),
    (Seconds, "duration"),
    (geo.Weight, "1 to 100"),
)


def document() -> str:
    """Return the whole page."""
    parts = [HEAD]
    shown: set[tuple[str, str]] = set()
    for section in sections():
        own = {name: _origin(section.model, name) for name in section.model.model_fields}
        new = [name for name, origin in own.items() if (origin, name) not in shown]
        parts.append(_written(section, new))
        shown |= {(origin, name) for name, origin in own.items()}
    return "\n".join(parts)


def _written(section: Section, new: Sequence[str]) -> str:
    """Return a section. new: the settings that no earlier section has."""
    if not section.path:
        return "\n".join(("## Of the stack\n", TABLE, *_rows(section.model, _zone_first(new)), ""))
    said = (inspect.getdoc(section.model) or "").splitlines()[0]
    if again := [name for name in section.model.model_fields if name not in new]:
        said += f" It may set for itself what stands above: {', '.join(f'`{name}`' for name in again)}."
    table = [TABLE, *_rows(section.model, new), ""] if new else []
    return "\n".join((f"## `{section.path}`\n", f"{said}\n", *table))


def _zone_first(names: Sequence[str]) -> list[str]:
    """Return the names of the first level with those first that every stack has."""
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def _origin(model: type[BaseModel], name: str) -> str:
    """Return the name of the class that defines a field first: a base's field is the same setting again."""
    return next(base.__name__ for base in reversed(model.__mro__) if name in inspect.get_annotations(base))


def _rows(model: type[BaseModel], names: Sequence[str]) -> Iterator[str]:
    texts = field_texts(model)
    for name in names:
        field = model.model_fields[name]
        meaning = texts.get(name, "")
        if not meaning:
            raise ValueError(f"{model.__name__}.{name} has no text that says what it means")
        cells = (f"`{name}`", _type(field), _default(field), _cell(" ".join(meaning.split()).removesuffix(".")))
        yield f"| {' | '.join(cells)} |"


def _type(field: FieldInfo) -> str:
    annotation: Any = field.annotation
    if field.metadata:
        annotation = Annotated[(annotation, *field.metadata)]
    return _cell(_words(annotation))


def _words(annotation: Any) -> str:  # noqa: ANN401 - any annotation
    """Return the values that an annotation allows, in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        words = _annotated(arguments[0], arguments[1:])
    elif origin is Literal:
        words = ", ".join(f"`{one}`" for one in arguments)
    elif origin in {tuple, list}:
        words = f"list of {_words(arguments[0])}"
    elif origin is dict:
        words = f"mapping to {_words(arguments[1])}"
    elif origin in {Union, UnionType}:
        words = " or ".join(dict.fromkeys(_words(one) for one in arguments if one is not NoneType))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        words = "settings"
    else:
        words = _SIMPLE.get(annotation) or str(annotation.__name__)
    return words


def _annotated(bare: Any, metadata: tuple[Any, ...]) -> str:  # noqa: ANN401 - any annotation
    """Return the words for an annotation with checks: those of a named one, and the bounds."""
    checks = [one for one in metadata if not isinstance(one, FieldInfo)]
    checks += [inner for one in metadata if isinstance(one, FieldInfo) for inner in one.metadata]
    words = next((said for named, said in _NAMED if _validators(named) & _functions(checks)), _words(bare))
    bounds = [
        word
        for kind, name, before in ((Ge, "ge", "from"), (Gt, "gt", "above"), (Le, "le", "to"), (Lt, "lt", "below"))
        for word in (f"{before} {getattr(one, name)}" for one in checks if isinstance(one, kind))
    ]
    said = " ".join(bounds)
    return words if not said else said if words == "number" else f"{words}, {said}"


def _validators(annotation: Any) -> set[Any]:  # noqa: ANN401 - any annotation
    return _functions(list(get_args(annotation)[1:]))


def _functions(checks: list[Any]) -> set[Any]:
    return {one.func for one in checks if hasattr(one, "func") or isinstance(one, BeforeValidator)}


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.default_factory is not None:
        said = "see there" if any(models_in(field.annotation)) else "empty"
    elif value is PydanticUndefined:
        said = "required"
    elif value is None:
        said = "none"
    elif value in ("", (), []) or value == {}:
        said = "empty"
    elif isinstance(value, tuple | list) and any(isinstance(one, BaseModel) for one in value):
        said = "one, with its defaults"
    else:
        said = ", ".join(f"`{_value(one)}`" for one in (value if isinstance(value, tuple | list) else (value,)))
    return _cell(said)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(document())
