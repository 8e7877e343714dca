"""Lists of addresses of an account at Cloudflare, and the addresses in them.

It defines how they are named and declared, and does not know where addresses come from.
"""
