"""Records of zones and state: indexes, ownership, and record sets.

Defines the index of a zone, the cases of ownership, adoption, leftovers and former marks, and the conversions of record
sets to records and back.
Must not know which names are wanted, or why: `stacks.plan.desired` does.
"""
