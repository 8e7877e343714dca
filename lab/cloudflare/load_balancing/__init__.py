"""Load balancing as Cloudflare's API has it: load balancers of a zone, pools and monitors of an account, their health.

Messages and defaults are those seen in recordings and issues of the API's clients (up to 2026); where none was found,
the code says so: match the status. https://developers.cloudflare.com/api/resources/load_balancers/
"""
