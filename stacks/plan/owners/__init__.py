"""Messages to the owners of cluster objects: Events and a status annotation on each claiming object.

Defines the claimants of each record set, the notices after a run, and the status of an object's records.
Must not call the Kubernetes API: `cli.feedback` writes.
"""
