"""The provider plugin of our own: the resource `truenorth:dns:RecordSet`, for protocols without an official provider.

Defines its schema, its checks and differences, what is done at a server for each of the engine's requests, and the gRPC
service with which the plugin also makes the components.
Must not know settings: a provider's configuration has the server and its key.
"""
