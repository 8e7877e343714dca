"""Ask an API server whether we have certain rights (SelfSubjectAccessReview). It answers for any authorizer.

https://kubernetes.io/docs/reference/kubernetes-api/authorization/self-subject-access-review-v1/
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from components.operator.rbac import Right
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import Resource

REVIEWS = Resource(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced=False
)
AT_ONCE = 8
"""The number of requests that run at a time."""


async def denied(api: ObjectApi, rights: Iterable[Right]) -> tuple[Right, ...]:
    """Return the rights that we lack, in their order, each once. Raises each ApiError."""
    asked = tuple(dict.fromkeys(rights))
    gate = asyncio.Semaphore(AT_ONCE)
    answers = await asyncio.gather(*(_is_allowed(api, right, gate) for right in asked))
    return tuple(right for right, allowed in zip(asked, answers, strict=True) if not allowed)


async def _is_allowed(api: ObjectApi, right: Right, gate: asyncio.Semaphore) -> bool:
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "namespace": right.namespace,
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
        "verb": right.verb,
        "name": right.name,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": REVIEWS.kind,
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    async with gate:
        answer = await api.create(REVIEWS, "", body)
    return bool(answer["status"]["allowed"])


def in_words(rights: Iterable[Right]) -> str:
    """Return rights in words: `list, watch ingresses.networking.k8s.io in all namespaces; ...`."""
    verbs: dict[tuple[str, str, str, str], list[str]] = {}
    for one in rights:
        verbs.setdefault((one.resource, one.group, one.namespace, one.name), []).append(one.verb)
    return "; ".join(
        f"{', '.join(some)} {_called(resource, group)}{f' {name}' if name else ''} in "
        + (f"the namespace {namespace}" if namespace else "all namespaces")
        for (resource, group, namespace, name), some in verbs.items()
    )


def _called(resource: str, group: str) -> str:
    """Return the name of a resource, or of a sub-resource such as `dnsendpoints/status`, with its group."""
    plural, slash, subresource = resource.partition("/")
    return plural + (f".{group}" if group else "") + slash + subresource
