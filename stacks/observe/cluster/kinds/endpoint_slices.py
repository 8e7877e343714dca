"""EndpointSlices: the pods behind a Service that are ready. Pure. Source: Kubernetes API discovery/v1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stacks.kube.objects import Manifest

SERVICE_LABEL = "kubernetes.io/service-name"
_ADDRESS_TYPES = {"IPv4", "IPv6"}


def slices_by_service(slices: Iterable[Manifest]) -> dict[tuple[str, str], list[Manifest]]:
    """Return the slices of each Service, by its namespace and name."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    for one in slices:
        metadata = one["metadata"]
        service = (metadata.get("labels") or {}).get(SERVICE_LABEL)
        if service:
            found.setdefault((metadata["namespace"], service), []).append(one)
    return found


def ready_by_hostname(slices: Iterable[Manifest], *, always: bool = False) -> dict[str, tuple[str, ...]]:
    """Return the addresses of the ready pods: of all under "", and of those with a host name under it, too.

    A pod that is not ready has its host name here without addresses. always: pods that are not ready count too.
    """
    found: dict[str, list[str]] = {"": []}
    for one in slices:
        if one.get("addressType") not in _ADDRESS_TYPES:
            continue
        for endpoint in one.get("endpoints") or ():
            # All addresses of an endpoint are one pod's, and consumers use the first.
            addresses = (endpoint.get("addresses") or ())[:1] if always or _is_ready(endpoint) else ()
            for host in {"", endpoint.get("hostname") or ""}:
                found.setdefault(host, []).extend(addresses)
    return {host: tuple(addresses) for host, addresses in found.items()}


def ready_nodes(slices: Iterable[Manifest]) -> frozenset[str]:
    """Return the names of the nodes on which a pod is ready."""
    return frozenset(_nodes(slices))


def _nodes(slices: Iterable[Manifest]) -> Iterator[str]:
    for one in slices:
        for endpoint in one.get("endpoints") or ():
            if _is_ready(endpoint) and endpoint.get("nodeName"):
                yield endpoint["nodeName"]


def _is_ready(endpoint: Manifest) -> bool:
    """Return whether an endpoint is ready; without the condition it is (`EndpointConditions.ready`)."""
    ready = (endpoint.get("conditions") or {}).get("ready")
    return ready is None or bool(ready)
