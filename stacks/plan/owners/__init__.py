"""Messages to the owners of cluster objects: Events, a status annotation on each claiming object, conditions.

Defines the claimants of each record set, the notices after a run, the status of an object's records, its conditions.
Must not call the Kubernetes API: `cli.feedback` writes.
"""
