"""Names and targets by the templates of the settings, as external-dns has them. Pure.

Source: external-dns, FQDN Templating Guide; source/template/engine.go. A template that makes nothing of an object costs
that object alone, and what was made for it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.plain_text import quoted
from stacks.kube.objects import Manifest, Resource
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.templates.parse import parse
from stacks.model.templates.values import TemplateError, Texts
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.assemble import known
from stacks.settings.kinds import TemplateSettings

SETTING = "cluster.templates"


def fields_read(templates: TemplateSettings) -> frozenset[str]:
    """Return the fields of objects that templates read, in lower case, at most two deep: `spec.ports`."""
    chains = {chain for text in (templates.names, templates.targets, templates.pairs) for chain in parse(text).fields}
    inner = (chain[1:] if chain[0] == "Object" else chain for chain in chains if chain)
    return frozenset(".".join(chain[:2]).lower() for chain in inner)


@dataclass(frozen=True, slots=True)
class TemplatedObject:
    """An object, and what the templates make of it."""

    templates: TemplateSettings
    resource: Resource
    manifest: Manifest
    key: ObjectKey

    def names(self, own: Sequence[str], faults: list[Complaint]) -> tuple[str, ...]:
        """Return the names beside the object's own; without `combine` only an object that has none gets any.

        What cannot be read adds a complaint.
        """
        return tuple(one for one in self._names("names", self._parts("names", own, faults), faults) if one not in own)

    def pairs(self, own: Sequence[str], faults: list[Complaint]) -> dict[str, list[str]]:
        """Return the names with their targets, where `names` would return names."""
        found: dict[str, list[str]] = {}
        for written, _, target in (one.partition(":") for one in self._parts("pairs", own, faults)):
            if written.strip() and target.strip():
                for name in self._names("pairs", (written,), faults):
                    found.setdefault(name, []).append(target.strip())
        return found

    def targets(self) -> Known[tuple[str, ...]] | Unknown:
        """Return the targets; Unknown where there are none."""
        try:
            parts = parse(self.templates.targets).parts(self._fields())
        except TemplateError as error:
            return Unknown(f"{self.key}: the template {SETTING}.targets cannot be used for it: {error}")
        given = f"{quoted(parts[0])}, which is no address and no name" if parts else "no target"
        return known(parts, f"{self.key}: the template {SETTING}.targets gives {given}")

    def _parts(self, setting: str, own: Sequence[str], faults: list[Complaint]) -> tuple[str, ...]:
        text: str = getattr(self.templates, setting)
        is_named = own or any(one.hides_names for one in faults)
        if not text or (is_named and not self.templates.combine):
            return ()
        try:
            return parse(text).parts(self._fields())
        except TemplateError as error:
            faults.append(self._complaint(setting, str(error)))
            return ()

    def _names(self, setting: str, parts: Sequence[str], faults: list[Complaint]) -> tuple[str, ...]:
        try:
            names, wrong = values.each_hostname(",".join(parts)) if parts else ((), {})
        except ValueError as error:
            faults.append(self._complaint(setting, str(error)))
            return ()
        if wrong:
            first, reason = next(iter(wrong.items()))
            faults.append(self._complaint(setting, f"it gives {quoted(first)}: {reason}"))
        return names

    def _complaint(self, setting: str, reason: str) -> Complaint:
        stays = "What was made of it stays as it is; the object's other names go on"
        text = f"{self.key}: the template {SETTING}.{setting} cannot be used for it: {reason}. {stays}"
        return Complaint(self.key, "", "", values.HOSTNAMES, text, hides_names=True)

    def _fields(self) -> dict[str, Any]:
        """Return the object as templates see it."""
        version = f"{self.resource.group}/{self.resource.version}".removeprefix("/")
        metadata = self.manifest["metadata"]
        metadata = {**metadata, **{one: Texts(metadata.get(one) or {}) for one in ("labels", "annotations")}}
        return {
            "Name": self.key.name,
            "Namespace": self.key.namespace,
            "Kind": self.key.kind,
            "APIVersion": version,
            "Labels": metadata["labels"],
            "Annotations": metadata["annotations"],
            "ObjectMeta": metadata,
            "Metadata": metadata,
            "Spec": self.manifest.get("spec") or {},
            "Status": self.manifest.get("status") or {},
            "Object": {**self.manifest, "kind": self.key.kind, "apiVersion": version, "metadata": metadata},
        }
