"""Kubernetes Events for the owners of objects (Kubernetes API, core/v1 `Event`). Pure.

The name of an Event is made from the object, the reason and the message: a repeated Event has the same name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.plain_text import cut
from components.records.international import readable
from stacks.kube.objects import Manifest, Resource
from stacks.plan.owners.events import LONGEST_MESSAGE, Notice

EVENTS = Resource("", "v1", "events", "Event")
COMPONENT = "truenorth"
HOME_OF_CLUSTER_WIDE = "default"
"""The namespace of Events about objects that have none: the API server takes no other."""
CONVERGENCE = "truenorth/convergence"
"""The annotation with the id of the convergence."""
LONGEST_NAME = 253
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class InvolvedObject:
    """An object that exists, as an Event refers to it. api_version: e.g. `gateway.networking.k8s.io/v1`."""

    api_version: str
    uid: str

    @classmethod
    def of(cls, resource: Resource, manifest: Manifest) -> InvolvedObject:
        """Return the reference to an object of the API server."""
        version = f"{resource.group}/{resource.version}" if resource.group else resource.version
        return cls(version, manifest["metadata"]["uid"])


def namespace_of(notice: Notice) -> str:
    """Return the namespace of the Event."""
    return notice.object.namespace or HOME_OF_CLUSTER_WIDE


def name_of(notice: Notice, told: InvolvedObject) -> str:
    """Return the Event's name: the object's, and digits that stand for the reason and message."""
    said = json.dumps([told.uid, notice.reason.value, notice.message])
    digits = hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]
    return f"{notice.object.name[: LONGEST_NAME - _DIGITS - 1].rstrip('-.')}.{digits}"


def annotations_of(convergence: str) -> Mapping[str, str]:
    """Return the annotation with the id of the convergence, as in the log; none for ""."""
    return {CONVERGENCE: convergence} if convergence else {}


def event(
    notice: Notice, told: InvolvedObject, now: datetime, instance: str, convergence: str = ""
) -> Mapping[str, Any]:
    """Return an Event that is new. instance: the name of this host."""
    return {
        "apiVersion": EVENTS.version,
        "kind": EVENTS.kind,
        "metadata": {
            "name": name_of(notice, told),
            "namespace": namespace_of(notice),
            "annotations": annotations_of(convergence),
        },
        "involvedObject": {
            "apiVersion": told.api_version,
            "kind": notice.object.kind,
            "name": notice.object.name,
            "uid": told.uid,
            **({"namespace": notice.object.namespace} if notice.object.namespace else {}),
        },
        "type": "Warning" if notice.reason.is_warning else "Normal",
        "reason": notice.reason.value,
        "message": cut(readable(notice.message), LONGEST_MESSAGE),
        "count": 1,
        "firstTimestamp": timestamp(now),
        "lastTimestamp": timestamp(now),
        "source": {"component": COMPONENT, "host": instance},
        "reportingComponent": COMPONENT,
        "reportingInstance": instance,
    }


def timestamp(moment: datetime) -> str:
    """A moment in UTC as the API writes it (RFC 3339, whole seconds)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
