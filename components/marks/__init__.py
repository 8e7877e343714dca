"""Ownership marks: the names and contents by which TrueNorth and other tools mark records as theirs.

Defines TrueNorth's own marks (`ownership`, `in_comments`), those of external-dns and cloudflare-ddns, and one reader of
all of them (`heritage`). Uses canonical names of `components.records`.
Must not know state or plans, nor decide anything: `stacks.plan.records.cases` does.
"""
