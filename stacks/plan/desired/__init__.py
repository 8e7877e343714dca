"""The desired state: endpoints from the settings' names and from the claims of cluster objects.

Defines the endpoints, the settlement of claims for one name, and the rules for targets that are only partly known:
links, shared sets, and sets that are retained because their objects cannot be seen.
Must not know whether the zone has room for an endpoint: `stacks.plan.decisions` decides that.
"""
