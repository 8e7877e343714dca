"""A stand-in for the plugin `pulumi-resource-gandi`, for machines where the real one cannot be had.

It behaves as the real plugin does (terraform-provider-gandi 2, of Terraform's SDK v2, on pulumi-terraform-bridge):
inputs, differences, replacements, import ids, requests and error texts. Where it behaves otherwise, it is wrong.
Only the resource `Record` is there.
"""
