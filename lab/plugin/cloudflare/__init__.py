"""A stand-in for the plugin `pulumi-resource-cloudflare`, for machines where the real one cannot be had.

It behaves as the real plugin does (a bridged Terraform provider: terraform-provider-cloudflare 5 on
pulumi-terraform-bridge): inputs, defaults, differences, replacements, import ids, requests and error texts.
Where it behaves otherwise, it is wrong. Only the resources in `resources.py` are there.
"""
