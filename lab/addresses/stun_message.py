"""STUN messages as a server needs them (RFC 8489): read a Binding request, write a response. Raises `ValueError`.

A classic request (RFC 3489), which has no cookie, gets a classic response.
"""

from __future__ import annotations

import binascii
import ipaddress

COOKIE = bytes.fromhex("2112a442")
BINDING_REQUEST = bytes.fromhex("0001")
BINDING_SUCCESS = bytes.fromhex("0101")
BINDING_ERROR = bytes.fromhex("0111")
HEADER = 20
CLASSIC_ID = 16


def request_length(data: bytes) -> int:
    """Return the length of the request that the data begins with; 0 where more of it must come."""
    if len(data) < HEADER:
        return 0
    if data[:2] != BINDING_REQUEST:
        raise ValueError("not a STUN Binding request")
    return HEADER + int.from_bytes(data[2:4], "big")


def transaction_id(request: bytes) -> bytes:
    """Return the 12 bytes that tie a response to its request; 16 for a classic request, which has no cookie."""
    if len(request) < HEADER or request_length(request) != len(request):
        raise ValueError("the request's length is wrong")
    return request[8:HEADER] if request[4:8] == COOKIE else request[4:HEADER]


def change_request(request: bytes) -> int:
    """Return the flags of a CHANGE-REQUEST that leads the request's attributes (RFC 3489, section 11.2.4); 0 for none.

    4: answer from the other address, 2: from the other port.
    """
    attribute = request[HEADER : HEADER + 8]
    return attribute[7] if attribute[:4] == bytes.fromhex("00030004") and len(attribute) == 8 else 0  # noqa: PLR2004


def success(transaction: bytes, address: str, port: int, *, fingerprint: bool = True) -> bytes:
    """Return a success response with XOR-MAPPED-ADDRESS, then FINGERPRINT."""
    body = _attribute(0x0020, _xor(_address(address, port), transaction))
    return _message(BINDING_SUCCESS, transaction, body, fingerprint=fingerprint)


def classic_success(transaction: bytes, address: str, port: int, changed: tuple[str, int] | None) -> bytes:
    """Return a success response with MAPPED-ADDRESS and, where there is a second address, CHANGED-ADDRESS."""
    body = _attribute(0x0001, _address(address, port))
    if changed is not None:
        body += _attribute(0x0005, _address(*changed))
    return _message(BINDING_SUCCESS, transaction, body, fingerprint=False)


def is_classic(transaction: bytes) -> bool:
    """Whether a transaction id is that of a classic request."""
    return len(transaction) == CLASSIC_ID


def error(transaction: bytes, code: int, reason: str, alternate: tuple[str, int] | None = None) -> bytes:
    """Return an error response; ALTERNATE-SERVER goes with 300."""
    body = _attribute(0x0009, bytes([0, 0, code // 100, code % 100]) + reason.encode())
    if alternate is not None:
        body += _attribute(0x8023, _address(*alternate))
    return _message(BINDING_ERROR, transaction, body, fingerprint=True)


def _address(address: str, port: int) -> bytes:
    parsed = ipaddress.ip_address(address)
    return bytes([0, 1 if parsed.version == 4 else 2]) + port.to_bytes(2, "big") + parsed.packed  # noqa: PLR2004 - IPv4


def _xor(value: bytes, transaction: bytes) -> bytes:
    port = bytes(a ^ b for a, b in zip(value[2:4], COOKIE[:2], strict=True))
    cover = (COOKIE + transaction)[: len(value) - 4]
    return value[:2] + port + bytes(a ^ b for a, b in zip(value[4:], cover, strict=True))


def _attribute(kind: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + padding


def _message(kind: bytes, transaction: bytes, body: bytes, *, fingerprint: bool) -> bytes:
    length = len(body) + (8 if fingerprint else 0)
    cookie = b"" if is_classic(transaction) else COOKIE
    message = kind + length.to_bytes(2, "big") + cookie + transaction + body
    if fingerprint:
        message += _attribute(0x8028, (binascii.crc32(message) ^ 0x5354554E).to_bytes(4, "big"))
    return message
