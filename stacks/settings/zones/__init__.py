"""Parts of the settings of a zone: its names and records as they are written, and its view.

Must not know the zone itself: `stacks.settings.zone` has them.
"""
