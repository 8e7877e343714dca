"""How a stack's state lies in Secrets. Pure.

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
"""Former versions that are kept. What is written in the midst of a run is none: the next one takes its place."""
HEAD_TYPE = "truenorth/state"
PIECE_TYPE = "truenorth/state-piece"
STATE_LABEL = "truenorth/state"
"""On every piece: the name of its head."""
ESTATE_LABEL = "truenorth/estate"
"""On the head of every shard: the name of the head of its estate's own stack."""
_STACK = "truenorth/stack"
"""The annotation of a shard's head that says which it is, should its index be damaged."""
MANAGED = {"app.kubernetes.io/managed-by": "truenorth"}
_VERSION = "truenorth/state-version"
"""The annotation of a piece that says which version it is of; `_NUMBER` says which piece of that."""
_NUMBER = "truenorth/state-piece"
_WRITER = "truenorth/written-by"
UNKNOWN = b'{"wanted": true}'
"""Of a run that has not ended well: nothing is known but that there was one (see `cli.recovery.intent_log`)."""
_FORMAT = 1
_INDEX_KEY = "index.json"
_PIECE_KEY = "checkpoint.json.gz"
_UNFINISHED_KEY = "unfinished.json.gz"
_MOST_UNFINISHED = 500_000
_LEVEL = 6
"""Of gzip: two megabytes of checkpoint take 11 ms and become 110 kB; level 9 takes three times as long for 3 % less."""


class Damaged(Exception):  # noqa: N818 - a state, not a fault of ours
    """What was read is not what was written. Its text says where."""


@dataclass(frozen=True, slots=True)
class Version:
    """One state that was written. finished: by the end of a run, not in the midst of it. written_at: ISO 8601, UTC."""

    generation: int
    pieces: int
    size: int
    """Bytes of the checkpoint."""
    stored: int
    """Bytes of it when compressed."""
    sha256: str
    """Of the checkpoint."""
    written_by: str
    written_at: str
    finished: bool


@dataclass(frozen=True, slots=True)
class _Format:
    format: int


@dataclass(frozen=True, slots=True)
class Index:
    """What the head says. previous: newest first."""

    project: str
    stack: str
    current: Version
    previous: tuple[Version, ...] = ()
    format: int = _FORMAT

    @property
    def versions(self) -> tuple[Version, ...]:
        """All that are kept, newest first."""
        return self.current, *self.previous


def after(index: Index, version: Version) -> Index:
    """The index once this version is written."""
    is_same = version.generation == index.current.generation
    kept = index.versions if index.current.finished and not is_same else index.previous
    return replace(index, current=version, previous=kept[:KEPT])


def compressed(content: bytes) -> bytes:
    """The checkpoint as it is stored: the same bytes for the same checkpoint."""
    return gzip.compress(content, _LEVEL, mtime=0)


def sha256(content: bytes) -> str:
    """The checksum by which a checkpoint is known again."""
    return hashlib.sha256(content).hexdigest()


def head(  # noqa: PLR0913 - what a head says
    namespace: str, name: str, index: Index, unfinished: bytes, by: str, resource_version: str, *, estate: str = ""
) -> dict[str, Any]:
    """The head Secret. by: who writes it. resource_version: of the one that it replaces, "" where there is none.

    estate: of a shard's, the name of the head of its estate's own stack.
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
    """The index that a head has. Raises Damaged, and UserError where a newer program has written it."""
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
    """What a run is about to make, as far as it fits into the head."""
    return unfinished if len(compressed(unfinished)) <= _MOST_UNFINISHED else UNKNOWN


def writer_of(manifest: Manifest) -> str:
    """Who has written a head last; "" where it does not say."""
    return str((manifest["metadata"].get("annotations") or {}).get(_WRITER, ""))


def stack_of(manifest: Manifest) -> str:
    """The stack of a shard's head; "" where it does not say."""
    return str((manifest["metadata"].get("annotations") or {}).get(_STACK, ""))


def unfinished_of(manifest: Manifest) -> bytes:
    """What a run was about to make that has not ended well, as far as is known; b"" where there is none."""
    try:
        return gzip.decompress(_bytes(manifest, _UNFINISHED_KEY)) if _UNFINISHED_KEY in manifest["data"] else b""
    except (Damaged, OSError, EOFError, zlib.error):
        return UNKNOWN


def piece_names(name: str, version: Version) -> tuple[str, ...]:
    """The names of a version's pieces, in their order."""
    return tuple(
        f"{name}-g{version.generation}-{version.sha256[:10]}-{number}" for number in range(1, version.pieces + 1)
    )


def pieces(namespace: str, name: str, index: Index, content: bytes) -> tuple[dict[str, Any], ...]:
    """The Secrets of the index's current version, of which this is the checkpoint compressed."""
    told = msgspec.json.encode(replace(index, previous=())).decode()
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
                "annotations": {_VERSION: told, _NUMBER: str(number + 1)},
            },
            "data": {_PIECE_KEY: _text(content[number * PIECE : (number + 1) * PIECE])},
        }
        for number, piece in enumerate(piece_names(name, index.current))
    )


def count_pieces(stored: int) -> int:
    """How many pieces so many bytes make."""
    return max(1, -(-stored // PIECE))


def joined(version: Version, found: Iterable[Manifest]) -> bytes:
    """The checkpoint that the pieces make, which come in their order. Raises Damaged."""
    stored = b"".join(_bytes(one, _PIECE_KEY) for one in found)
    try:
        # One byte more than there should be is enough to tell; a wrong size must not fill the memory.
        content = zlib.decompressobj(wbits=31).decompress(stored, version.size + 1)
    except zlib.error as error:
        raise Damaged(f"version {version.generation} cannot be unpacked: {error}") from error
    if len(content) != version.size or sha256(content) != version.sha256:
        raise Damaged(f"version {version.generation} is not what was written (its checksum differs)")
    return content


def told_by(piece: Manifest) -> Index | None:
    """What a piece says that it is of: an index of that version alone. None where it does not say."""
    annotations = piece["metadata"].get("annotations") or {}
    try:
        return msgspec.json.decode(annotations.get(_VERSION, ""), type=Index)
    except (msgspec.DecodeError, TypeError):
        return None


def same_piece(one: Manifest, other: Mapping[str, Any]) -> bool:
    """Whether two pieces hold the same."""
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
