"""Keep a stack's state in Kubernetes Secrets, beside a local copy for the engine.

Defines the layout, its reading and writing by compare and swap, the lock against other writers, and the store. It must
not know the content of a checkpoint.
"""
