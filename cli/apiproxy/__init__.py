"""The API proxy: a server on loopback between the engine's provider plugins and the providers' APIs.

Defines the proxy and its life (`proxy`), the writes that a convergence allows (`intent`), the journal of writes that
landed (`journal`), the pace of calls (`pacer`, `budget`), and one folder for each provider, registered in `dialects`.
It knows neither plans nor state nor the engine: a convergence hands over an intent, and gets counts back.
"""
