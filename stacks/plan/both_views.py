"""Service bindings (HTTPS, SVCB) that only one view of a name has: a client that sees both views mixes them. Pure.

A browser that has learnt `alpn` or `ipv4hint` outside goes on with that inside (RFC 9460, 7), and the reverse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from components.records.canonical_content import ADDRESSES
from components.records.hosts import SERVICE_BINDINGS
from components.views import OUTSIDE, bare, qualified, view_of
from stacks.model.advice import Advice

if TYPE_CHECKING:
    from stacks.model.values import RecordSet

_LEADING = ADDRESSES | {"CNAME"}


def one_sided(record_sets: Collection[RecordSet]) -> Iterator[Advice]:
    """Yield an advice for each name of a view that lacks the service bindings of another view's."""
    if all(view_of(one.zone) == OUTSIDE for one in record_sets):
        return  # as is usual: there may be many
    types: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in record_sets:
        if one.slots:
            types[bare(one.name)][view_of(one.name)].add(one.type)
    for name, by_view in sorted(types.items()):
        if by_view.keys() <= {OUTSIDE}:
            continue
        for record_type in sorted(SERVICE_BINDINGS):
            having = sorted(view for view, there in by_view.items() if record_type in there)
            for view, there in sorted(by_view.items()):
                if having and record_type not in there and there & _LEADING:
                    what = f"has no {record_type} record, and {qualified(name, having[0])} has one"
                    yield Advice(qualified(name, view), what, "write one for both views, or for neither")
