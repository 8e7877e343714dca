"""The world read into frozen values: the only I/O of the program.

Defines `wan` (addresses), `cluster` (claims of Kubernetes objects), `zone` (records at the providers), `geo` (load
balancing), `registry` (the stack's state) and `world`, which reads all of them for one plan. A thing that cannot be
read is Unknown, never empty. Does not know `stacks.plan`, and reads no environment variable by itself.
"""
