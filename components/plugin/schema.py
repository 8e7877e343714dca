"""The schema of the resource and of the provider's configuration, beside that of the components."""

from __future__ import annotations

import json
from typing import Any

from components.dns_update.connection import ALGORITHM, ALGORITHMS, KEY, SECRET, SECRET_VARIABLE, SERVER
from components.webhook.connection import LONGEST_TIMEOUT, TIMEOUT, TOKEN, TOKEN_VARIABLE, URL, USUAL_TIMEOUT

RECORD_SET = "truenorth:dns:RecordSet"
_TEXT = {"type": "string"}
PROPERTIES: dict[str, dict[str, Any]] = {
    "zone": {**_TEXT, "description": "The domain of the zone, like example.com."},
    "name": {**_TEXT, "description": "The name in the zone, as a zone file has it: www, or @ for the zone's own."},
    "type": {**_TEXT, "description": "The record type, like A."},
    "ttl": {"type": "integer", "description": "Seconds."},
    "values": {
        "type": "array",
        "items": _TEXT,
        "description": "All values of the name and type, as a zone file has them: a host with a final dot is in full.",
    },
}
OF_PROVIDER = "properties"
_OPTIONAL = {
    OF_PROVIDER: {
        "type": "object",
        "additionalProperties": _TEXT,
        "description": (
            "What the provider of a webhook keeps beside the values (providerSpecific), by name. Others there stay."
        ),
    }
}
INPUTS = PROPERTIES | _OPTIONAL
KEPT_TTL = "keptTtl"
"""The output with the ttl that the provider keeps in place of the wished one, where it is another."""
_OUTPUTS = {
    KEPT_TTL: {
        "type": "integer",
        "description": "The ttl that is kept instead, if any.",
    }
}
_DESCRIPTION = """\
All records of one name and type in a zone, at a name server that takes dynamic updates (RFC 2136), or at a provider of
external-dns's webhook protocol.

It is made only where there is none, and changed only where it is as it was last read, so that nothing is overwritten
that somebody else has written. To import one: `pulumi import truenorth:dns:RecordSet NAME ZONE/NAME/TYPE`."""
_CONFIGURATION = {
    SERVER: {**_TEXT, "description": "The zone's primary server, HOST or HOST:PORT."},
    KEY: {**_TEXT, "description": "The name of the key (TSIG) that signs."},
    ALGORITHM: {**_TEXT, "description": f"The key's algorithm: {', '.join(ALGORITHMS)}. Default {ALGORITHMS[0]}."},
    SECRET: {
        **_TEXT,
        "secret": True,
        "description": f"The key's secret, in Base64. Default: that of the variable {SECRET_VARIABLE}.",
    },
    URL: {**_TEXT, "description": "In place of a server: the URL of a provider of external-dns's webhook protocol."},
    TIMEOUT: {
        **_TEXT,
        "description": f"Seconds for its whole answer, 1 to {LONGEST_TIMEOUT}. Default {USUAL_TIMEOUT}.",
    },
    TOKEN: {
        **_TEXT,
        "secret": True,
        "description": f"A token for a proxy before it (Bearer). Default: that of the variable {TOKEN_VARIABLE}.",
    },
}


def with_record_sets(components: str) -> str:
    """Return the schema of the components with the resource and the configuration beside them. Both are JSON."""
    schema = json.loads(components)
    schema["resources"][RECORD_SET] = {
        "description": _DESCRIPTION,
        "properties": INPUTS | _OUTPUTS,
        "required": list(PROPERTIES),
        "inputProperties": INPUTS,
        "requiredInputs": list(PROPERTIES),
    }
    schema["provider"] = {
        "description": "The name server and the key for it, or the URL of a webhook.",
        "properties": _CONFIGURATION,
        "inputProperties": _CONFIGURATION,
    }
    return json.dumps(schema)
