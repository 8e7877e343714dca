"""The WAN addresses of this machine's links, detected once or followed.

Defines `detect` (all sources at once), `look` (a cheap look at one), `follow` (both, for as long as the daemon runs),
`address_events` of the kernel, and the diagnosis of a NAT. `sources` asks, `agreement` decides: `wan` knows both,
sources know the agreement's values, and the agreement knows neither. Does not know records, zones or clusters.
"""
