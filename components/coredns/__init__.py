"""A zone as a file in a ConfigMap, which the cluster's CoreDNS serves (https://coredns.io/plugins/file/).

Defines the text of the file, and the ConfigMap as a resource of Pulumi's own Kubernetes provider.
Must not know settings, nor read a cluster: `stacks.observe.zone.in_cluster` does.
"""
