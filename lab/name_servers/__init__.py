"""Real name servers on loopback: BIND 9 with zones of its own, and the resolvers that clients of a house ask.

Defines where the programs are, a BIND and its zones, unbound and dnsmasq, and how they are asked.
Must not know who writes the zones.
"""
