"""The load balancing of a stack as it is: the account at Cloudflare, our resources in state, and the wanted hosts.

Defines `observe_geo` for one look at all of it, `read_account` over the API, `remembered` for Pulumi's state, and
`geo_wishes` for the hosts that settings and objects want. Does not decide how pools and load balancers must be: that is
`stacks.plan.geo`. Does not know the kinds of Kubernetes objects.
"""
