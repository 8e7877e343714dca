"""The kinds of Kubernetes objects that make claims, a module for each. Pure.

Defines a `ClaimSource` for Ingresses, Services, nodes and the routes of the Gateway API, and one for objects whose
addresses are balanced; and how Gateways, EndpointSlices and conditions are read. Does not know how objects are listed
or watched, nor the other sources.
"""
