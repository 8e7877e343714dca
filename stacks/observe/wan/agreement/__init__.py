"""The decision which address of the sources may be published. Pure.

Defines an `Answer`, the operators behind services, the addresses that cannot be WAN addresses, the consensus of
answers, and the track of one address over time. Does not know how sources are asked: imports neither `sources` nor
`wan`.
"""
