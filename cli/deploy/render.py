"""Writes manifests as YAML files, with a kustomization.yaml that lists them in order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from components.operator.manifest import Manifest
from stacks.model.errors import UserError

KUSTOMIZATION = "kustomization.yaml"
MARK = "# Written by `truenorth deploy --render`; to change it, change the settings and render again.\n"


class _Dumper(yaml.SafeDumper):
    """A YAML writer without aliases, and with block style for texts of several lines."""

    def ignore_aliases(self, data: object) -> bool:
        """Use no anchors: they are for machines."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_yaml(document: Any) -> str:  # noqa: ANN401 - any document
    """Return a document as YAML, its fields in their order."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def render(manifests: Sequence[Manifest], folder: Path) -> list[Path]:
    """Write a file for each manifest, remove those of an earlier call, and return the paths.

    Raises UserError where the folder has other files of YAML, or cannot be written.
    """
    names = {file_name(one): one for one in manifests}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in sorted(folder.glob("*.yaml")):
            if not left.read_text(encoding="utf-8").startswith(MARK):
                raise UserError(
                    "the folder has files that were not rendered, and might be mixed up with those that are",
                    str(left),
                    "name an empty folder: truenorth deploy --render DIR",
                )
            if left.name not in names:
                left.unlink()
        written = [_write(folder / name, one) for name, one in names.items()]
        listing = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": list(names)}
        return [*written, _write(folder / KUSTOMIZATION, listing)]
    except OSError as error:
        where = str(error.filename or folder)
        raise UserError(
            f"the manifests cannot be written: {os.strerror(error.errno or 0)}", where, "name another folder"
        ) from None


def file_name(manifest: Manifest) -> str:
    """Return the file name of a manifest: kind and name, and the namespace of a Role or RoleBinding."""
    kind, metadata = manifest["kind"].lower(), manifest["metadata"]
    inside = f"-{metadata['namespace']}" if kind in {"role", "rolebinding"} else ""
    return f"{kind}-{metadata['name']}{inside}.yaml"


def _write(file: Path, document: Any) -> Path:  # noqa: ANN401 - any document
    file.write_text(MARK + as_yaml(document), encoding="utf-8")
    return file
