"""The choice among the targets of objects: `cluster.target_networks` and `cluster.excluded_target_networks`. Pure.

| a target of an A, AAAA or CNAME | with `target_networks`                  | with `excluded_target_networks`          |
|---------------------------------|-----------------------------------------|------------------------------------------|
| an address                      | counts where one of the networks has it | counts where none of the networks has it |
| a host name                     | does not count: no network has it       | counts                                   |

A choice costs single targets, as that of external-dns does: a name keeps its others. What nobody may point at is the
rule `cluster.targets` (`admission`), which refuses the name. Detected addresses always count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network

from stacks.model.claims import Claim, Complaint
from stacks.model.scope import Reach, TargetScope
from stacks.plan.desired.leaving_out import Out, Targets, leave_out
from stacks.settings.cluster import ClusterDefaults

_ABOUT = frozenset({"A", "AAAA", "CNAME"})
_NOT_CHOSEN = Reach(TargetScope.PUBLIC, "in none of cluster.target_networks")
_EXCLUDED = Reach(TargetScope.PUBLIC, "in one of cluster.excluded_target_networks")


def chosen(
    claims: Iterable[Claim], rules: Mapping[str, ClusterDefaults]
) -> tuple[Iterable[Claim], tuple[Complaint, ...]]:
    """Return the claims with the targets that the settings choose, and one complaint to each object about all others.

    rules: by cluster.
    """
    if not any(one.target_networks or one.excluded_target_networks for one in rules.values()):
        return claims, ()

    def sort_out(claim: Claim, targets: Sequence[str]) -> Targets:
        rule = rules[claim.object.cluster]
        reasons = {one: _reason(one, rule) for one in targets} if claim.type in _ABOUT else {}
        out = tuple((target, reason) for target, reason in reasons.items() if reason)
        return Targets(tuple(one for one in targets if not reasons.get(one)), out)

    return leave_out(claims, sort_out, lambda _: "", _why)


def _reason(target: str, rule: ClusterDefaults) -> Reach | None:
    if rule.target_networks and not _is_in(rule.target_networks, target):
        return _NOT_CHOSEN
    return _EXCLUDED if _is_in(rule.excluded_target_networks, target) else None


def _is_in(networks: Sequence[str], target: str) -> bool:
    try:
        address = ip_address(target)
    except ValueError:
        return False
    return any(address in ip_network(one) for one in networks)


def _why(_: str, out: Out) -> str:
    return f", and {'are' if len(out) > 1 else 'is'} left out"
