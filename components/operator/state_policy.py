"""A ValidatingAdmissionPolicy that holds the operator's writes of Secrets to those of its state. Pure.

RBAC cannot: it has no pattern of names, and `create` cannot be held to names at all. Without the policy whoever has the
operator's token may make itself a token of any service account of that namespace, or replace the Secrets of others.
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

from components.operator.args import ObjectName, OperatorArgs
from components.operator.manifest import Manifest, manifest
from components.operator.policy import GROUP_VERSION

TYPES = ("truenorth/state", "truenorth/state-piece")
LONGEST_BEGINNING = 46
"""Characters of a head's name that the name of a shard's head has in any case."""


def state_policy(args: OperatorArgs) -> list[Manifest]:
    """Return the policy and its binding; none where no state is in Secrets of this cluster, or none is wanted."""
    head = args.rights.state
    if head is None or not args.state_policy:
        return []
    name = f"{args.cluster_name}-state"
    secrets = {"apiGroups": [""], "apiVersions": ["*"], "resources": ["secrets"]}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [{**secrets, "operations": ["CREATE", "UPDATE", "DELETE"]}]},
        "matchConditions": [
            {
                "name": "by-the-operator",
                "expression": f"request.userInfo.username == 'system:serviceaccount:{args.namespace}:{args.name}'",
            }
        ],
        "validations": [
            {
                "expression": _is_of_state(head),
                "message": f"this operator writes no Secrets but those of its state {head.namespace}/{head.name}",
            }
        ],
    }
    binding = {"policyName": name, "validationActions": ["Deny"]}
    made = {"ValidatingAdmissionPolicy": spec, "ValidatingAdmissionPolicyBinding": binding}
    return [manifest(args, GROUP_VERSION, kind, name, namespace="", spec=one) for kind, one in made.items()]


def _is_of_state(head: ObjectName) -> str:
    """Return the expression for a Secret that is, and was, of a state: a head, a shard's head, or a piece of one."""
    begin = f"{head.name}-"[:LONGEST_BEGINNING]
    types = ", ".join(f"'{one}'" for one in TYPES)
    return (
        f"[object, oldObject].filter(s, s != null).all(s, s.type in [{types}] && "
        f"s.metadata.namespace == '{head.namespace}' && "
        f"(s.metadata.name == '{head.name}' || s.metadata.name.startsWith('{begin}')))"
    )
