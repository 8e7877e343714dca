"""Lists of addresses of an account, which rules of its zones refer to by name.

https://developers.cloudflare.com/waf/tools/lists/lists-api/ and
https://developers.cloudflare.com/api/resources/rules/subresources/lists/
"""
