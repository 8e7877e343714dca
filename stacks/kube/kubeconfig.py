"""Read kubeconfig files, and merge several (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from stacks.model.errors import UserError

_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Fields with the path of a file, relative to their kubeconfig."""
_DEFAULT = Path(".kube") / "config"
_SET = "set KUBECONFIG, or `kubeconfig` of the cluster in the settings, to a kubeconfig, or run in a pod"


@dataclass(frozen=True, slots=True)
class KubeconfigEntry:
    """The fields of a cluster, a user or a context, and the file that has them."""

    file: Path
    fields: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """The merged content of kubeconfig files: each name is that of the first file with it."""

    where: str
    current_context: str
    clusters: Mapping[str, KubeconfigEntry]
    users: Mapping[str, KubeconfigEntry]
    contexts: Mapping[str, KubeconfigEntry]


def load(setting: str, environment: Mapping[str, str]) -> Kubeconfig:
    """Return the kubeconfig of the setting, else of KUBECONFIG, else ~/.kube/config.

    Of several files in KUBECONFIG the existing ones are read. Raises UserError where there is none, or a file cannot be
    read or is no kubeconfig.
    """
    if setting:
        return _merged([_home(setting, environment)])
    listed = [_home(one, environment) for one in environment.get("KUBECONFIG", "").split(":") if one]
    if listed:
        there = [one for one in listed if one.exists()]
        return _merged(there or listed[:1])
    own = _home(f"~/{_DEFAULT}", environment)
    if not own.exists():
        raise UserError("no cluster is configured: there is no kubeconfig", str(own), _SET)
    return _merged([own])


def _home(path: str, environment: Mapping[str, str]) -> Path:
    home = environment.get("HOME", "")
    return Path(home) / path[2:] if path.startswith("~/") and home else Path(path).expanduser()


def _merged(files: list[Path]) -> Kubeconfig:
    documents = [(file, _document(file)) for file in files]
    currents = (document.get("current-context") for _, document in documents)
    return Kubeconfig(
        where=":".join(str(file) for file in files),
        current_context=next((str(one) for one in currents if one), ""),
        clusters=_entries(documents, "clusters", "cluster"),
        users=_entries(documents, "users", "user"),
        contexts=_entries(documents, "contexts", "context"),
    )


def _document(file: Path) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError("the kubeconfig is not there", str(file), _SET) from None
    except OSError as error:
        raise UserError(f"the kubeconfig cannot be read: {error.strerror}", str(file), "make it readable") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # Their texts quote the file, and that has secrets in it.
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise UserError("the kubeconfig is no YAML", where, "mend it, or write it anew") from None
    if not isinstance(document, dict) or not any(field in document for field in ("clusters", "contexts")):
        raise UserError("the file is no kubeconfig: it names no clusters", str(file), _SET)
    return document


def _entries(documents: list[tuple[Path, Mapping[str, Any]]], plural: str, singular: str) -> dict[str, KubeconfigEntry]:
    found: dict[str, KubeconfigEntry] = {}
    for file, document in documents:
        for one in document.get(plural) or ():
            if not isinstance(one, dict) or "name" not in one or not isinstance(one.get(singular) or {}, dict):
                what = f"the kubeconfig's {plural} are not as they should be"
                raise UserError(what, str(file), f"each of them is a `name` and a `{singular}`")
            found.setdefault(str(one["name"]), KubeconfigEntry(file, _absolute(one.get(singular) or {}, file)))
    return found


def _absolute(fields: Mapping[str, Any], file: Path) -> dict[str, Any]:
    folder = file.parent.absolute()
    return {
        name: str(folder / value) if name in _FILES and isinstance(value, str) and value else value
        for name, value in fields.items()
    }
