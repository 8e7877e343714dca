from __future__ import annotations

import binascii
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aioice import stun as aioice
from hypothesis import example, given
from hypothesis import strategies as st

from lab.addresses import stun_message
from stacks.observe.wan.sources.stun import BindingError, BindingSuccess, StunError, decode, encode_binding_request

COOKIE = 0x2112A442
RFC_5769_ID = bytes.fromhex("b7e7a701bc34d686fa87dfae")
RFC_5769_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
RFC_5769_IPV4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
RFC_5769_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
ID = bytes(range(12))


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def message(*attributes: bytes, kind: int = 0x0101, transaction_id: bytes = ID, cookie: int = COOKIE) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI12s", kind, len(body), cookie, transaction_id) + body


def fingerprinted(plain: bytes) -> bytes:
    longer = plain[:2] + struct.pack("!H", len(plain) - 20 + 8) + plain[4:]
    return longer + attribute(0x8028, struct.pack("!I", binascii.crc32(longer) ^ 0x5354554E))


MAPPED = attribute(0x0001, bytes([0, 1, 0x12, 0x34, 198, 51, 100, 9]))
XOR_MAPPED = attribute(0x0020, bytes([0, 1, 0x12 ^ 0x21, 0x34 ^ 0x12, 203 ^ 0x21, 0 ^ 0x12, 113 ^ 0xA4, 7 ^ 0x42]))
OURS = BindingSuccess(IPv4Address("203.0.113.7"), 0x1234)


class TestTheRequest:
    def test_has_twenty_bytes_that_aioice_reads_as_a_binding_request(self) -> None:
        request = encode_binding_request(ID)
        parsed = aioice.parse_message(request)
        assert len(request) == 20
        assert parsed.message_method == aioice.Method.BINDING
        assert parsed.message_class == aioice.Class.REQUEST
        assert parsed.transaction_id == ID
        assert parsed.attributes == {}

    def test_takes_a_transaction_id_of_twelve_bytes_only(self) -> None:
        with pytest.raises(ValueError, match="12 bytes, not 11"):
            encode_binding_request(bytes(11))


class TestTheVectorsOfRfc5769:
    def test_the_ipv4_response(self) -> None:
        assert decode(RFC_5769_IPV4, RFC_5769_ID) == BindingSuccess(IPv4Address("192.0.2.1"), 32853)

    def test_the_ipv6_response(self) -> None:
        address = IPv6Address("2001:db8:1234:5678:11:2233:4455:6677")
        assert decode(RFC_5769_IPV6, RFC_5769_ID) == BindingSuccess(address, 32853)

    def test_the_request_is_no_response(self) -> None:
        with pytest.raises(StunError, match="no Binding response"):
            decode(RFC_5769_REQUEST, RFC_5769_ID)

    @pytest.mark.parametrize("vector", [RFC_5769_IPV4, RFC_5769_IPV6], ids=["ipv4", "ipv6"])
    def test_a_changed_bit_never_gives_another_address(self, vector: bytes) -> None:
        right = decode(vector, RFC_5769_ID)
        noticed = 0
        for position in range(8 * len(vector)):
            changed = bytearray(vector)
            changed[position // 8] ^= 1 << position % 8
            try:
                # Only a change that hides the fingerprint behind another type or length passes.
                assert decode(bytes(changed), RFC_5769_ID) == right
            except StunError:
                noticed += 1
        assert noticed > 0.9 * 8 * len(vector)


class TestWhatCountsAsAResponse:
    def test_a_plain_success(self) -> None:
        assert decode(message(XOR_MAPPED), ID) == OURS

    def test_the_xor_mapped_address_wins_over_the_mapped_one(self) -> None:
        assert decode(message(MAPPED, XOR_MAPPED), ID) == OURS

    def test_the_mapped_address_serves_where_it_is_alone(self) -> None:
        assert decode(message(MAPPED), ID) == BindingSuccess(IPv4Address("198.51.100.9"), 0x1234)

    def test_the_first_of_two_equal_attributes_counts(self) -> None:
        second = attribute(0x0020, bytes([0, 1, 0, 0, 1, 2, 3, 4]))
        assert decode(message(XOR_MAPPED, second), ID) == OURS

    def test_what_follows_the_integrity_is_ignored(self) -> None:
        with pytest.raises(StunError, match="no address"):
            decode(message(attribute(0x0008, bytes(20)), XOR_MAPPED), ID)

    def test_attributes_of_odd_length_are_padded(self) -> None:
        assert decode(message(attribute(0x8022, b"odd"), XOR_MAPPED), ID) == OURS

    def test_the_attributes_of_old_servers_are_tolerated(self) -> None:
        old = attribute(0x0004, bytes(8)) + attribute(0x0005, bytes(8))
        assert decode(message(old, XOR_MAPPED), ID) == OURS

    def test_a_right_fingerprint_passes(self) -> None:
        assert decode(fingerprinted(message(XOR_MAPPED)), ID) == OURS

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "0 bytes are too short"),
            (message(XOR_MAPPED)[:19], "19 bytes are too short"),
            (message(XOR_MAPPED, kind=0x8101), "leading bits"),
            (message(XOR_MAPPED, kind=0x4101), "leading bits"),
            (message(XOR_MAPPED, cookie=0x12345678), "cookie"),
            (message(XOR_MAPPED, transaction_id=bytes(12)), "transaction id is not ours"),
            (message(XOR_MAPPED) + b"\0", "the header says 12 bytes, 13 follow"),
            (message(XOR_MAPPED)[:-1], "the header says 12 bytes, 11 follow"),
            (message(XOR_MAPPED, b"\0"), "13 is not a multiple of 4"),
            (message(bytes(2040)), "longer than any"),
            (message(XOR_MAPPED, kind=0x0001), "no Binding response"),
            (message(XOR_MAPPED, kind=0x0011), "no Binding response"),
            (message(XOR_MAPPED, kind=0x0103), "no Binding response"),
            (message(), "no address"),
            (message(attribute(0x0020, b"")), "0 bytes are no address"),
            (message(attribute(0x0020, bytes([0, 3, 0, 0, 1, 2, 3, 4]))), "no address of family 3"),
            (message(attribute(0x0020, bytes([0, 2, 0, 0, 1, 2, 3, 4]))), "8 bytes are no address of family 2"),
            (message(attribute(0x0020, bytes([0, 1, *bytes(18)]))), "20 bytes are no address of family 1"),
            (message(XOR_MAPPED, attribute(0x7FFE, b"")), "0x7ffe must be understood"),
            (message(XOR_MAPPED, struct.pack("!HH", 0x8022, 1)), "runs over the end"),
            (message(XOR_MAPPED, attribute(0x8028, bytes(4))), "fingerprint is wrong"),
            (message(XOR_MAPPED, attribute(0x8028, b"")), "fingerprint is wrong"),
        ],
    )
    def test_anything_else_is_refused_with_the_reason(self, data: bytes, why: str) -> None:
        with pytest.raises(StunError, match=why):
            decode(data, ID)

    def test_nothing_may_follow_the_fingerprint(self) -> None:
        # The fingerprint is right for its place; the header counts the attribute behind it.
        body = struct.pack("!HHI12s", 0x0101, 8 + 8, COOKIE, ID)
        print_ = attribute(0x8028, struct.pack("!I", binascii.crc32(body) ^ 0x5354554E))
        with pytest.raises(StunError, match="follows the fingerprint"):
            decode(body + print_ + attribute(0x8022, b"late"), ID)


class TestErrorResponses:
    def test_an_error_gives_code_and_reason(self) -> None:
        data = message(attribute(0x0009, bytes([0, 0, 4, 20]) + b"Unknown Attribute"), kind=0x0111)
        assert decode(data, ID) == BindingError(420, "Unknown Attribute")

    def test_try_alternate_gives_the_other_server(self) -> None:
        alternate = attribute(0x8023, bytes([0, 1, 0x0D, 0x96, 192, 0, 2, 5]))
        data = message(attribute(0x0009, bytes([0, 0, 3, 0])), alternate, kind=0x0111)
        assert decode(data, ID) == BindingError(300, "", (IPv4Address("192.0.2.5"), 3478))

    def test_a_reason_cannot_disturb_a_terminal(self) -> None:
        data = message(attribute(0x0009, bytes([0, 0, 5, 0]) + b"\x1b[31m\xffred\n" + b"x" * 500), kind=0x0111)
        failure = decode(data, ID)
        assert isinstance(failure, BindingError)
        assert failure.reason.isprintable()
        assert len(failure.reason) == 128

    @pytest.mark.parametrize(
        "value", [b"", bytes([0, 0, 4]), bytes([0, 0, 2, 0]), bytes([0, 0, 7, 0]), bytes([0, 0, 4, 100])]
    )
    def test_an_error_without_a_code_is_no_response(self, value: bytes) -> None:
        with pytest.raises(StunError, match="error code"):
            decode(message(attribute(0x0009, value), kind=0x0111), ID)

    def test_an_error_without_the_attribute_is_no_response(self) -> None:
        with pytest.raises(StunError, match="no error code"):
            decode(message(kind=0x0111), ID)


ADDRESSES = st.ip_addresses()
PORTS = st.integers(0, 65535)
IDS = st.binary(min_size=12, max_size=12)


class TestAgainstOtherCodecs:
    @given(
        address=ADDRESSES,
        port=PORTS,
        transaction_id=IDS,
        name=st.sampled_from(["XOR-MAPPED-ADDRESS", "MAPPED-ADDRESS"]),
    )
    def test_what_aioice_writes_is_read(
        self, address: IPv4Address | IPv6Address, port: int, transaction_id: bytes, name: str
    ) -> None:
        written = aioice.Message(
            aioice.Method.BINDING, aioice.Class.RESPONSE, transaction_id, {name: (str(address), port)}
        )
        written.add_fingerprint()
        assert decode(bytes(written), transaction_id) == BindingSuccess(address, port)

    @given(code=st.integers(300, 699), reason=st.text("abc äöü", max_size=40), transaction_id=IDS)
    def test_the_errors_that_aioice_writes_are_read(self, code: int, reason: str, transaction_id: bytes) -> None:
        written = aioice.Message(
            aioice.Method.BINDING, aioice.Class.ERROR, transaction_id, {"ERROR-CODE": (code, reason), "SOFTWARE": "x"}
        )
        assert decode(bytes(written), transaction_id) == BindingError(code, reason)

    @given(address=ADDRESSES, port=PORTS, transaction_id=IDS, fingerprint=st.booleans())
    def test_aioice_and_we_read_the_same_in_what_the_lab_writes(
        self, address: IPv4Address | IPv6Address, port: int, transaction_id: bytes, *, fingerprint: bool
    ) -> None:
        data = stun_message.success(transaction_id, str(address), port, fingerprint=fingerprint)
        theirs = aioice.parse_message(data).attributes["XOR-MAPPED-ADDRESS"]
        ours = decode(data, transaction_id)
        assert ours == BindingSuccess(address, port)
        assert (ip_address(theirs[0]), theirs[1]) == (address, port)

    @given(data=st.data())
    def test_what_we_take_of_damaged_messages_aioice_takes_alike(self, data: st.DataObject) -> None:
        damaged = bytearray(stun_message.success(ID, "203.0.113.7", 4660, fingerprint=data.draw(st.booleans())))
        for _ in range(data.draw(st.integers(1, 3))):
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        try:
            ours = decode(bytes(damaged), ID)
        except StunError:
            return
        attributes = aioice.parse_message(bytes(damaged)).attributes
        assert isinstance(ours, BindingSuccess)
        theirs = attributes.get("XOR-MAPPED-ADDRESS", attributes.get("MAPPED-ADDRESS"))
        assert theirs == (str(ours.address), ours.port)


RAW_ATTRIBUTES = st.builds(
    attribute, st.sampled_from([1, 6, 8, 9, 0x1C, 0x20, 0x8022, 0x8023, 0x8028]), st.binary(max_size=24)
)


class TestNoInputRaisesAnythingButStunError:
    @staticmethod
    def read(data: bytes) -> str:
        try:
            return repr(decode(data, ID))
        except StunError as error:
            return str(error)

    @given(st.binary(max_size=200))
    @example(b"")
    def test_random_bytes(self, data: bytes) -> None:
        assert self.read(data)

    @given(st.lists(RAW_ATTRIBUTES, max_size=6), st.sampled_from([0x0101, 0x0111]))
    def test_random_attributes_in_a_right_header(self, attributes: list[bytes], kind: int) -> None:
        assert self.read(message(*attributes, kind=kind))

    @given(st.binary(max_size=120).filter(lambda body: len(body) % 4 == 0), st.sampled_from([0x0101, 0x0111]))
    def test_random_bytes_in_a_right_header(self, body: bytes, kind: int) -> None:
        assert self.read(message(body, kind=kind))
