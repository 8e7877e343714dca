"""Settings of providers that are protocols: which server speaks it, and how it is signed in to.

Defines the model of each. Must not know zones: `stacks.settings.zone` has them.
"""
