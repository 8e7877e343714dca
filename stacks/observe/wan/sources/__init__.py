"""The sources of WAN addresses: STUN, web services, DNS resolvers, interfaces, and addresses that the user declared.

Defines one module for each way of asking, `source` with the registry by kind, and the sockets and deadlines that they
share. A source raises `NoAnswerError` where it has no address. Does not know the other sources' answers.
"""
