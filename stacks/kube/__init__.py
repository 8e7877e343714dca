"""A client for Kubernetes clusters: the way in, requests, watches, caches.

Read it for whatever concerns an API server: `access` (kubeconfig or service account), `client` and `object_api`
(requests), `reflector` and `cache` (collections), `single_watch` (one object), `home` (the cluster that we run in).
Must not know what objects mean: names, claims and records are observe's; Leases and Secrets are the command line's.
"""
