"""Answers external-dns, whose provider is then this process, by its webhook protocol.

Defines the HTTP application (`app`), what it tells of endpoints (`answers`), and where its requests wait for the turn
that carries them out (`desk`). Does not know how a turn is taken: `cli.daemon` comes to the desk for what is asked.
"""
