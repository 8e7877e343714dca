"""The campaign `rfc2136`: a zone at a real BIND 9 that somebody else writes, too, and runs that are killed or refused.

Defines the server (`server.py`), the wish and what the zone has to hold by it (`wish.py`), the stack with its runs
(`world.py`), and the histories (`campaign.py`). Knows of TrueNorth its command line alone.
"""
