"""Gandi's dialect of the API proxy: one record set a call, looked up by itself where an answer was lost.

`requests` reads the plugin's requests, `api` carries them out. It must not know other providers.
"""
