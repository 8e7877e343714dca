"""From a Kubernetes object's names, targets and annotations to its claims. Pure.

Defines the vocabulary of annotations and their values, host names, the `ClaimSource` protocol with its options, the
assembly of claims, and a memory of results by object. Does not know any kind of object: those are in `kinds`. Does not
talk to an API server: reads manifests out of `stacks.kube.objects.ClusterObjects`.
"""
