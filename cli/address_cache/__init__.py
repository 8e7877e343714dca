"""Share the WAN addresses of a cluster's leader with its standbys and other pods, in a ConfigMap.

Defines the cache and its format, which the ESDDNS operator reads too. It must not know how addresses are detected.
"""
