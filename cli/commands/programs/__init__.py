"""The commands whose output other programs read: `schema` for editors, `external` for OpenTofu and Terraform."""
