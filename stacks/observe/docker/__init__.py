"""The claims of containers, by their labels, read once or followed.

Defines what the labels of a container ask for (`containers`), the API of a daemon (`daemon`), and `read` and
`following` over all daemons of a stack. Labels count as the annotations of objects of clusters do: their meaning is
that of `stacks.observe.cluster.claims`. Only asks, and changes nothing at a daemon. Does not decide between claims.
"""
