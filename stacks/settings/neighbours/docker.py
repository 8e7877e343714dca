"""The settings of a Docker daemon with containers that get names by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from components.host_port import parse_host
from components.plain_text import quoted
from stacks.model.claims import WEBHOOK
from stacks.settings.fields import DDNS, AnnotationSelector, DefaultTarget
from stacks.settings.problems import fault

UNIX, TCP = "unix://", "tcp://"
MOST_DAEMONS = 50
Tool = Literal["caddy", "caddy-gen", "dockflare", "swag", "traefik"]
"""A tool with labels that say at which names a container is served."""
_SOCKET = re.compile(r"/[^\x00-\x1f\x7f]{1,200}\Z")


def _host(value: str) -> str:
    """Return the place of a daemon's API. Raises a fault for a text that is none."""
    if value.startswith(UNIX) and _SOCKET.match(value.removeprefix(UNIX)):
        return value
    if value.startswith(TCP) and _is_place(value.removeprefix(TCP)):
        return value
    do = f"write {UNIX}/var/run/docker.sock for a socket, or {TCP}HOST:PORT"
    raise fault(f"{quoted(value)} is no place of a Docker daemon", do)


def _is_place(text: str) -> bool:
    """Return whether a text is HOST:PORT in ASCII, as the client of the daemon takes it."""
    with suppress(ValueError):
        return text.isascii() and text == text.strip() and bool(parse_host(text, default_port=0))
    return False


class DockerSettings(BaseModel):
    """A Docker daemon, or one with the same API such as Podman's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@:/-]{1,63}$")] = "docker"
    """The name in marks and messages. Unique, also among `clusters`."""
    host: Annotated[str, AfterValidator(_host)] = f"{UNIX}/var/run/docker.sock"
    """The place of its API: unix:///PATH, or tcp://HOST:PORT."""
    certificates: str = ""
    """The folder with ca.pem, cert.pem and key.pem for TLS, as of `DOCKER_CERT_PATH`; empty: no TLS."""
    labels: AnnotationSelector = ""
    """A selector over labels, such as `team=web,!hidden`: the containers that count; empty: all."""
    running: bool = False
    """Whether only containers that run count; otherwise a container counts until it is removed."""
    default_target: DefaultTarget = DDNS
    """Where the names of a container point that does not say so: `ddns`, addresses, or a name."""
    traefik: bool = False
    """Whether the hosts in the rules of Traefik's routers (`traefik.http.routers.NAME.rule`) are names too."""
    tools: tuple[Tool, ...] = ()
    """The tools whose labels give names too: Caddy's (caddy-docker-proxy), caddy-gen, DockFlare, SWAG, Traefik."""
    timeout: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds to wait for the daemon before its containers are unknown."""

    @model_validator(mode="after")
    def _certificates_are_for_tcp(self) -> DockerSettings:
        if self.certificates and self.host.startswith(UNIX):
            raise fault("a socket has no certificates", f"leave them out, or write host: {TCP}HOST:PORT")
        return self

    @property
    def each_tool(self) -> tuple[Tool, ...]:
        """The tools whose labels give names, that of the setting `traefik` included."""
        return tuple(dict.fromkeys((*self.tools, *(("traefik",) if self.traefik else ()))))


def as_written(daemon: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """Return the settings of one of `docker`: a text is the place of its API."""
    return {"host": daemon} if isinstance(daemon, str) else daemon


def check_daemons(daemons: Sequence[DockerSettings], clusters: Iterable[str]) -> None:
    """Raise a fault for a daemon of the name of another, or of a cluster: marks could not tell them apart."""
    taken = {*clusters, WEBHOOK}
    for position, one in enumerate(daemons):
        if one.name in taken:
            said = f"the name {one.name} is another's, and marks could not tell the two apart"
            raise fault(said, "give the daemon a name of its own", ("docker", position, "name"))
        taken.add(one.name)
