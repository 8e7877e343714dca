"""The operator in a cluster: `truenorth watch` as Kubernetes objects.

Defines the arguments of a deployment (`args`), the access rights it needs (`rbac`), its objects as plain manifests
(`manifests`, with their pod in `pod`), and the Pulumi component that declares them (`operator`).
Must not know settings, zones or state; only `operator` imports the Kubernetes SDK.
"""
