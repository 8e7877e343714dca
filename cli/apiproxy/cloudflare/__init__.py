"""Cloudflare's dialect of the API proxy: records by id, in batch calls, with listings that answer single reads.

`api` takes requests, `zone` gathers writes, `sender` sends them in `batches`, and `lost_answers` looks up in a listing
(`zone_cache`) the writes without an answer; `presend` carries out the plan's writes with the first of them.
It must not know other providers.
"""
