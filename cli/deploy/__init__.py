"""Deploys the operator for `truenorth deploy`: into a cluster by the engine, or as manifests in a folder.

`gather` collects the arguments, `engine` runs the deployment, `render` writes the manifests. The objects themselves are
defined in `components.operator`.
"""
