"""Encode a stack's state in Secrets, and decode it. Pure.

A head Secret NAME holds an index as JSON: which stack it is of, the version that counts, and former ones; and, from the
beginning of a run until one has ended well, what was to be made. A version is the gzipped checkpoint, cut into pieces
that fit into a Secret each: NAME-gGENERATION-DIGEST-NUMBER. Pieces are immutable, and each says by annotations what it
is a piece of, so that a lost head can be made anew from them.

Limits: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size (1 MiB a Secret, decoded).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from stacks.kube.objects import Manifest
from stacks.model.errors import UserError

PIECE = 1_000_000
"""Bytes of a piece; a Secret may have 1,048,576, of which some are left for what comes with it."""
KEPT = 5
"""Former versions that are kept. A version written in the midst of a run does not count: the next replaces it."""
HEAD_TYPE = "truenorth/state"
PIECE_TYPE = "truenorth/state-piece"
STATE_LABEL = "truenorth/state"
"""The label of every piece: the name of its head."""
ESTATE_LABEL = "truenorth/estate"
"""The label of every shard's head: the name of the head of its estate's own stack."""
_STACK = "truenorth/stack"
"""The annotation of a shard's head with its stack, should its index be damaged."""
MANAGED = {"app.kubernetes.io/managed-by": "truenorth"}
_VERSION = "truenorth/state-version"
"""The annotation of a piece with its version; `_NUMBER` is the one with its place in that version."""
_NUMBER = "truenorth/state-piece"
_WRITER = "truenorth/written-by"
UNKNOWN = b'{"wanted": true}'
"""The note of a run that has not ended well, if nothing else is known of it (see `cli.recovery.intent_log`)."""
_FORMAT = 1
_INDEX_KEY = "index.json"
_PIECE_KEY = "checkpoint.json.gz"
_UNFINISHED_KEY = "unfinished.json.gz"
_MOST_UNFINISHED = 500_000
_LEVEL = 6
"""The level of gzip: two MB of checkpoint take 11 ms and become 110 kB; 9 takes three times as long for 3 % less."""


class Damaged(Exception):  # noqa: N818 - a state, not a fault of ours
    """The content read differs from the content written. The text says where."""


@dataclass(frozen=True, slots=True)
class StateVersion:
    """A state as it was written. finished: whether at the end of a run. written_at: ISO 8601, UTC."""

    generation: int
    pieces: int
    size: int
    """Bytes of the checkpoint."""
    stored: int
    """Bytes of the compressed checkpoint."""
    sha256: str
    """The checksum of the checkpoint."""
    written_by: str
    written_at: str
    finished: bool


@dataclass(frozen=True, slots=True)
class _Format:
    format: int


@dataclass(frozen=True, slots=True)
class Index:
    """The index in the head. previous: newest first."""

    project: str
    stack: str
    current: StateVersion
    previous: tuple[StateVersion, ...] = ()
    format: int = _FORMAT

    @property
    def versions(self) -> tuple[StateVersion, ...]:
        """All versions that are kept, newest first."""
        return self.current, *self.previous


def after(index: Index, version: StateVersion) -> Index:
    """Return the index after this version was written."""
    is_same = version.generation == index.current.generation
    kept = index.versions if index.current.finished and not is_same else index.previous
    return replace(index, current=version, previous=kept[:KEPT])


def compressed(content: bytes) -> bytes:
    """Compress a checkpoint for storing: the same bytes for the same checkpoint."""
    return gzip.compress(content, _LEVEL, mtime=0)


def sha256(content: bytes) -> str:
    """Return the checksum that identifies a checkpoint."""
    return hashlib.sha256(content).hexdigest()


def head(  # noqa: PLR0913 - what a head says
    namespace: str, name: str, index: Index, unfinished: bytes, by: str, resource_version: str, *, estate: str = ""
) -> dict[str, Any]:
    """Return the head Secret.

    by: the writer. resource_version: of the Secret to replace, "" for a new one. estate: for a shard, the name of the
    head of its estate's own stack; else "".
    """
    metadata = {
        "namespace": namespace,
        "name": name,
        "labels": {**MANAGED, **({ESTATE_LABEL: estate} if estate else {})},
        "annotations": {_WRITER: by, **({_STACK: index.stack} if estate else {})},
        **({"resourceVersion": resource_version} if resource_version else {}),
    }
    data = {_INDEX_KEY: _text(msgspec.json.format(msgspec.json.encode(index), indent=1))}
    if unfinished:
        data[_UNFINISHED_KEY] = _text(compressed(unfinished))
    return {"apiVersion": "v1", "kind": "Secret", "type": HEAD_TYPE, "metadata": metadata, "data": data}


def index_of(manifest: Manifest) -> Index:
    """Decode the index in a head. Raises Damaged, and UserError where a newer program has written it."""
    content = _bytes(manifest, _INDEX_KEY)
    try:
        if (written := msgspec.json.decode(content, type=_Format).format) > _FORMAT:
            raise UserError(
                f"a newer TrueNorth has written this state (format {written}; this one knows {_FORMAT})",
                f"Secret {manifest['metadata']['namespace']}/{manifest['metadata']['name']}",
                "use the newer one",
            )
        return msgspec.json.decode(content, type=Index)
    except msgspec.DecodeError as error:
        raise Damaged(f"its {_INDEX_KEY} cannot be read: {error}") from error


def bounded(unfinished: bytes) -> bytes:
    """Return the note of a run's intent, or UNKNOWN where it does not fit into the head."""
    return unfinished if len(compressed(unfinished)) <= _MOST_UNFINISHED else UNKNOWN


def writer_of(manifest: Manifest) -> str:
    """Return the last writer of a head; "" for one without that annotation."""
    return str((manifest["metadata"].get("annotations") or {}).get(_WRITER, ""))


def stack_of(manifest: Manifest) -> str:
    """Return the stack of a shard's head; "" for one without that annotation."""
    return str((manifest["metadata"].get("annotations") or {}).get(_STACK, ""))


def unfinished_of(manifest: Manifest) -> bytes:
    """Return the intent of a run that has not ended well, as far as it is known; b"" where there is none."""
    try:
        return gzip.decompress(_bytes(manifest, _UNFINISHED_KEY)) if _UNFINISHED_KEY in manifest["data"] else b""
    except (Damaged, OSError, EOFError, zlib.error):
        return UNKNOWN


def piece_names(name: str, version: StateVersion) -> tuple[str, ...]:
    """Return the names of a version's pieces, in their order."""
    return tuple(
        f"{name}-g{version.generation}-{version.sha256[:10]}-{number}" for number in range(1, version.pieces + 1)
    )


def pieces(namespace: str, name: str, index: Index, content: bytes) -> tuple[dict[str, Any], ...]:
    """Return the Secrets of the index's current version. content: its compressed checkpoint."""
    own_index = msgspec.json.encode(replace(index, previous=())).decode()
    return tuple(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": PIECE_TYPE,
            "immutable": True,
            "metadata": {
                "namespace": namespace,
                "name": piece,
                "labels": {**MANAGED, STATE_LABEL: name},
                "annotations": {_VERSION: own_index, _NUMBER: str(number + 1)},
            },
            "data": {_PIECE_KEY: _text(content[number * PIECE : (number + 1) * PIECE])},
        }
        for number, piece in enumerate(piece_names(name, index.current))
    )


def count_pieces(stored: int) -> int:
    """Return the number of pieces for this many bytes."""
    return max(1, -(-stored // PIECE))


def joined(version: StateVersion, found: Iterable[Manifest]) -> bytes:
    """Put a checkpoint together from its pieces, given in order. Raises Damaged."""
    stored = b"".join(_bytes(one, _PIECE_KEY) for one in found)
    try:
        # One byte more than there should be is enough to tell; a wrong size must not fill the memory.
        content = zlib.decompressobj(wbits=31).decompress(stored, version.size + 1)
    except zlib.error as error:
        raise Damaged(f"version {version.generation} cannot be unpacked: {error}") from error
    if len(content) != version.size or sha256(content) != version.sha256:
        raise Damaged(f"version {version.generation} is not what was written (its checksum differs)")
    return content


def index_in_piece(piece: Manifest) -> Index | None:
    """Return the index in a piece's annotation, with its own version alone; None where it has none."""
    annotations = piece["metadata"].get("annotations") or {}
    try:
        return msgspec.json.decode(annotations.get(_VERSION, ""), type=Index)
    except (msgspec.DecodeError, TypeError):
        return None


def same_piece(one: Manifest, other: Mapping[str, Any]) -> bool:
    """Tell whether two pieces have the same content."""
    return bool(one.get("data") == other["data"])


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(manifest: Manifest, key: str) -> bytes:
    name = manifest["metadata"]["name"]
    try:
        return base64.b64decode((manifest.get("data") or {})[key], validate=True)
    except KeyError as error:
        raise Damaged(f"the Secret {name} has no {key}") from error
    except binascii.Error as error:
        raise Damaged(f"the {key} of the Secret {name} is no base64") from error


def in_use(version: StateVersion, problems: list[str]) -> str:
    """Return the sentence that an older version is used, because of the problems of newer ones."""
    kind = "" if version.finished else ", from the midst of a run"
    return (
        f"{'; '.join(problems)}: the state of {version.written_at} is used (version {version.generation}{kind}); what "
        "was done since is found again by the marks in the zone"
    )
