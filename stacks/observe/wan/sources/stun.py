"""STUN messages (RFC 8489) as bytes: the Binding request and its responses. No I/O.

Responses are untrusted input: of any bytes `decode` makes a response to our own request, or raises `StunError`.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.model.values import Address

HEADER_LENGTH = 20
COOKIE = 0x2112A442
COOKIE_BYTES = COOKIE.to_bytes(4, "big")
TRANSACTION_ID_LENGTH = 12
MAXIMUM_LENGTH = 2048
"""Bytes, more than any Binding response has; a TCP peer that announces more is not believed."""

BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

MAPPED_ADDRESS = 0x0001
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
MESSAGE_INTEGRITY_SHA256 = 0x001C
XOR_MAPPED_ADDRESS = 0x0020
ALTERNATE_SERVER = 0x8023
FINGERPRINT = 0x8028
FINGERPRINT_XOR = 0x5354554E

COMPREHENSION_OPTIONAL = 0x8000
# All that RFC 8489 (section 18.3) assigns below 0x8000, the reserved attributes of RFC 3489 with them: old servers
# still send SOURCE-ADDRESS and CHANGED-ADDRESS.
UNDERSTOOD = frozenset({*range(0x0001, 0x000C), 0x0014, 0x0015, 0x001C, 0x001D, 0x001E, XOR_MAPPED_ADDRESS})

ERROR_CLASSES = range(3, 7)
ERROR_NUMBERS = range(100)


class StunError(Exception):
    """The bytes are not a valid response to our request; the message gives the fault."""


@dataclass(frozen=True, slots=True)
class BindingSuccess:
    """A Binding success response: the transport address from which the request came to the server."""

    address: Address
    port: int


@dataclass(frozen=True, slots=True)
class BindingError:
    """A Binding error response."""

    code: int
    reason: str
    alternate: tuple[Address, int] | None = None
    """ALTERNATE-SERVER, which goes with 300 (Try Alternate)."""


def encode_binding_request(transaction_id: bytes) -> bytes:
    """Return a Binding request without attributes: 20 bytes. The transaction id has 12 random bytes."""
    if len(transaction_id) != TRANSACTION_ID_LENGTH:
        raise ValueError(f"a transaction id has {TRANSACTION_ID_LENGTH} bytes, not {len(transaction_id)}")
    return struct.pack("!HHI12s", BINDING_REQUEST, 0, COOKIE, transaction_id)


def body_length(header: bytes) -> int:
    """Return the length of the body after the 20 bytes of a header: it divides a TCP stream into messages.

    Raises `StunError` where these are not the first bytes of a STUN message.
    """
    if len(header) < HEADER_LENGTH:
        raise StunError(f"{len(header)} bytes are too short for a STUN message")
    kind, length, cookie = struct.unpack_from("!HHI", header)
    if kind & 0xC000:
        raise StunError("the two leading bits are not 00")
    if cookie != COOKIE:
        raise StunError("the magic cookie is missing")
    if length % 4:
        raise StunError(f"the length {length} is not a multiple of 4")
    if length > MAXIMUM_LENGTH - HEADER_LENGTH:
        raise StunError(f"the length {length} is longer than any Binding response")
    return int(length)


def decode(message: bytes, transaction_id: bytes) -> BindingSuccess | BindingError:
    """Return the response to the Binding request with this transaction id. Raises `StunError` for anything else."""
    length = body_length(message)
    if length != len(message) - HEADER_LENGTH:
        raise StunError(f"the header says {length} bytes, {len(message) - HEADER_LENGTH} follow it")
    if message[8:HEADER_LENGTH] != transaction_id:
        raise StunError("the transaction id is not ours")
    (kind,) = struct.unpack_from("!H", message)
    if kind not in (BINDING_SUCCESS, BINDING_ERROR):
        raise StunError(f"message type 0x{kind:04x} is no Binding response")
    attributes = _attributes(message)
    if kind == BINDING_ERROR:
        return _failure(attributes)
    unknown = sorted(kind for kind in attributes if kind < COMPREHENSION_OPTIONAL and kind not in UNDERSTOOD)
    if unknown:
        raise StunError(f"attribute 0x{unknown[0]:04x} must be understood, and is not")
    if XOR_MAPPED_ADDRESS in attributes:
        return BindingSuccess(*_address(attributes[XOR_MAPPED_ADDRESS], COOKIE_BYTES + transaction_id))
    if MAPPED_ADDRESS in attributes:
        return BindingSuccess(*_address(attributes[MAPPED_ADDRESS]))
    raise StunError("the response holds no address")


def _attributes(message: bytes) -> dict[int, bytes]:
    """Return the attributes by type: the first of each counts, and after the integrity only the fingerprint."""
    attributes: dict[int, bytes] = {}
    position = HEADER_LENGTH
    while position < len(message):
        # The message's length is a multiple of 4 and each step is: 4 bytes are always there.
        kind, length = struct.unpack_from("!HH", message, position)
        end = position + 4 + length
        if end > len(message):
            raise StunError(f"attribute 0x{kind:04x} runs over the end of the message")
        value = message[position + 4 : end]
        if FINGERPRINT in attributes:
            raise StunError("an attribute follows the fingerprint, which is the last")
        if kind == FINGERPRINT:
            _check_fingerprint(message[:position], value)
        protected = MESSAGE_INTEGRITY in attributes or MESSAGE_INTEGRITY_SHA256 in attributes
        if not protected or kind in (FINGERPRINT, MESSAGE_INTEGRITY_SHA256):
            attributes.setdefault(kind, value)
        position = end + -length % 4
    return attributes


def _check_fingerprint(before: bytes, value: bytes) -> None:
    # The header that the sender took the sum of counts the fingerprint in: it is the last, so the length is the same.
    if len(value) != struct.calcsize("!I") or struct.unpack("!I", value)[0] != zlib.crc32(before) ^ FINGERPRINT_XOR:
        raise StunError("the fingerprint is wrong")


def _address(value: bytes, pad: bytes = bytes(16)) -> tuple[Address, int]:
    """Return an address attribute's value; XOR-MAPPED-ADDRESS is covered with the cookie and the transaction id."""
    family = value[1] if len(value) > 1 else 0
    packed = bytes(byte ^ cover for byte, cover in zip(value[4:], pad, strict=False))
    address: Address
    if family == 1 and len(value) == struct.calcsize("!BBH4s"):
        address = IPv4Address(packed)
    elif family == 2 and len(value) == struct.calcsize("!BBH16s"):  # noqa: PLR2004 - the family's number in RFC 8489
        address = IPv6Address(packed)
    else:
        raise StunError(f"{len(value)} bytes are no address of family {family}")
    port = int.from_bytes(value[2:4], "big") ^ int.from_bytes(pad[:2], "big")
    return address, port


def _failure(attributes: dict[int, bytes]) -> BindingError:
    value = attributes.get(ERROR_CODE, b"")
    if len(value) < struct.calcsize("!HBB"):
        raise StunError("the error response holds no error code")
    kind, number = value[2] & 0x07, value[3]
    if kind not in ERROR_CLASSES or number not in ERROR_NUMBERS:
        raise StunError(f"error class {kind}, number {number} is no error code")
    reason = "".join(character for character in value[4:].decode("utf-8", "replace") if character.isprintable())
    alternate = attributes.get(ALTERNATE_SERVER)
    return BindingError(kind * 100 + number, reason[:128], _address(alternate) if alternate is not None else None)
