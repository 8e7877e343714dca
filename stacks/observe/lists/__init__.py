"""Reads address lists: of the account, and of Pulumi's state."""
