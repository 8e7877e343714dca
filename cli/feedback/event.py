"""A Kubernetes Event that tells an object's owner something (Kubernetes API, core/v1 `Event`). Pure.

Its name says which object is told what and why, so that whoever tells it again finds the one that is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stacks.kube.objects import Manifest, Resource
from stacks.plan.owners.events import Notice

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
        """The object that the API server has shown."""
        version = f"{resource.group}/{resource.version}" if resource.group else resource.version
        return cls(version, manifest["metadata"]["uid"])


def namespace_of(notice: Notice) -> str:
    """The namespace in which the Event lives."""
    return notice.object.namespace or HOME_OF_CLUSTER_WIDE


def name_of(notice: Notice, told: InvolvedObject) -> str:
    """The Event's name: the object's, and digits of who is told what."""
    said = json.dumps([told.uid, notice.reason.value, notice.message])
    digits = hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]
    return f"{notice.object.name[: LONGEST_NAME - _DIGITS - 1].rstrip('-.')}.{digits}"


def annotations_of(convergence: str) -> Mapping[str, str]:
    """What an Event says of the convergence that it tells of, as the log does; "" for one without an id."""
    return {CONVERGENCE: convergence} if convergence else {}


def event(
    notice: Notice, told: InvolvedObject, now: datetime, instance: str, convergence: str = ""
) -> Mapping[str, Any]:
    """The Event, told for the first time. instance: the name of the host that tells it."""
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
        "message": notice.message,
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
