"""Geo load balancing at Cloudflare: pools, monitors and load balancers, as values and as Pulumi components.

Defines the values with their canonical forms, the marks in pools' descriptions, names in state, locations by name
(`places.json` has the data), and the components GeoPool and GeoLoadBalancer with their arguments.
Must not know settings, nor how several stacks share a load balancer: `stacks.plan.geo` plans that.
"""
