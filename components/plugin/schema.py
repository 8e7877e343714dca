"""The schema of the resource and of the provider's configuration, beside that of the components."""

from __future__ import annotations

import json
from typing import Any

from components.dns_update.connection import ALGORITHM, ALGORITHMS, KEY, SERVER
from components.plugin.configuration import SECRET, SECRET_VARIABLE

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
_DESCRIPTION = """\
All records of one name and type in a zone, at a name server that takes dynamic updates (RFC 2136).

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
}


def with_record_sets(components: str) -> str:
    """Return the schema of the components with the resource and the configuration beside them. Both are JSON."""
    schema = json.loads(components)
    schema["resources"][RECORD_SET] = {
        "description": _DESCRIPTION,
        "properties": PROPERTIES,
        "required": list(PROPERTIES),
        "inputProperties": PROPERTIES,
        "requiredInputs": list(PROPERTIES),
    }
    schema["provider"] = {
        "description": "The name server, and the key for it.",
        "properties": _CONFIGURATION,
        "inputProperties": _CONFIGURATION,
    }
    return json.dumps(schema)
