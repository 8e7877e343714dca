"""Record sets of providers that are protocols: resources of our own plugin, a module a protocol.

Must not know the protocols themselves: the plugin speaks them.
"""
