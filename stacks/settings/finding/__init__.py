"""Zones that are found by a token, and names in full that are put in the zones they lie in.

Defines which of the found zones count (`selection`), and the place of a name (`placing`). Does not ask any API: that is
`stacks.observe.zone.found`.
"""
