"""Zones that lie in a Kubernetes cluster, read over its API.

Defines a module for each form in which one lies there. Must not write: Pulumi's Kubernetes provider does.
"""
