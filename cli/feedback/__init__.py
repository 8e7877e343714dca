"""Feedback to the owners of a cluster's objects: Kubernetes Events, the status annotation, the status of DNSEndpoints.

Defines the writers of these for each cluster, and the teller that runs them in a thread beside a convergence. Their
content is planned in `stacks.plan.owners`. Must not know how a run is made, and must not fail one.
"""
