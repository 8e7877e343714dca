"""Build pinned Go modules into the user's cache: the Pulumi engine, Kubernetes.

Defines the search for Go, the compilation, the lock and the progress of an installation. It imports no other package
of this repository.
"""
