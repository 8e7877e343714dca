"""Makes the addresses of other hosts in the network of a detected one. Pure.

Read `host_part` first. Defines the host parts that settings and annotations write. Knows neither of the two, and no
source of addresses.
"""
