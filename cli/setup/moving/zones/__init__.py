"""The readers of zones that are written down: zone files, octoDNS, DNSControl. Each gives record sets to `records`."""
