from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.dns.lookup import Reply, look_up
from lab.dns.message import read, write
from lab.dns.record import ZoneRecord
from lab.dns.zone import Zone

ZONES = {"example.com": Zone("example.com", (ZoneRecord("www.example.com", "A", "203.0.113.7"),), 1)}
QUERY = dns.message.make_query("www.example.com", "A", use_edns=0, payload=4096, id=4711)
LONG = Reply(
    answer=[dns.rrset.from_text_list("www.example.com.", 60, "IN", "A", [f"192.0.2.{n}" for n in range(1, 100)])]
)


def answered(wire: bytes, *, udp: bool = True) -> dns.message.Message | None:
    query = read(wire)
    if isinstance(query, dns.message.QueryMessage):
        question = query.question[0]
        query = write(query, lambda: look_up(ZONES, question.name, question.rdtype), udp=udp)
    return None if query is None else dns.message.from_wire(query)


def written(query: dns.message.QueryMessage, reply: Reply, *, udp: bool = True) -> tuple[int, dns.message.Message]:
    wire = write(query, lambda: reply, udp=udp)
    return len(wire), dns.message.from_wire(wire)


class TestWhatIsNoQuestion:
    @pytest.mark.parametrize("wire", [b"", b"junk", bytes(11), dns.message.make_response(QUERY).to_wire()])
    def test_too_short_or_an_answer_is_dropped(self, wire: bytes) -> None:
        assert read(wire) is None

    @pytest.mark.parametrize("wire", [QUERY.to_wire()[:-3], QUERY.to_wire() + b"more", bytes(12)])
    def test_what_cannot_be_read_is_a_format_error(self, wire: bytes) -> None:
        answer = answered(wire)
        assert answer is not None
        assert (answer.rcode(), answer.id) == (dns.rcode.FORMERR, int.from_bytes(wire[:2]))

    @pytest.mark.parametrize("opcode", [dns.opcode.STATUS, dns.opcode.NOTIFY, dns.opcode.UPDATE])
    def test_another_opcode_is_not_implemented(self, opcode: dns.opcode.Opcode) -> None:
        wire = bytearray(QUERY.to_wire())
        wire[2] |= opcode << 3
        answer = answered(bytes(wire))
        assert answer is not None
        assert (answer.rcode(), answer.opcode()) == (dns.rcode.NOTIMP, opcode)

    def test_two_questions_are_a_format_error(self) -> None:
        query = dns.message.make_query("a.example.com", "A")
        query.question.append(dns.message.make_query("b.example.com", "A").question[0])
        answer = answered(query.to_wire())
        assert answer is not None
        assert answer.rcode() == dns.rcode.FORMERR

    def test_another_class_is_refused(self) -> None:
        answer = answered(dns.message.make_query("www.example.com", "A", dns.rdataclass.CH).to_wire())
        assert answer is not None
        assert answer.rcode() == dns.rcode.REFUSED


class TestEdns:
    def test_is_answered_with_our_size_where_it_was_used(self) -> None:
        answer = answered(QUERY.to_wire())
        assert answer is not None
        assert (answer.edns, answer.payload) == (0, 1232)
        assert answer.rcode() == dns.rcode.NOERROR

    def test_is_not_used_where_it_was_not(self) -> None:
        answer = answered(dns.message.make_query("www.example.com", "A").to_wire())
        assert answer is not None
        assert answer.edns == -1

    def test_a_later_version_is_told_ours(self) -> None:
        answer = answered(dns.message.make_query("www.example.com", "A", use_edns=1).to_wire())
        assert answer is not None
        assert (answer.rcode(), answer.edns, answer.answer) == (dns.rcode.BADVERS, 0, [])


class TestTruncation:
    def test_without_edns_512_bytes_are_the_most(self) -> None:
        length, answer = written(dns.message.make_query("www.example.com", "A"), LONG)
        assert length <= 512
        assert answer.flags & dns.flags.TC
        assert not answer.answer

    def test_the_clients_size_counts_and_never_more_than_ours(self) -> None:
        assert written(dns.message.make_query("www.example.com", "A", payload=600), LONG)[1].flags & dns.flags.TC
        assert written(QUERY, LONG)[1].flags & dns.flags.TC

    def test_over_tcp_all_is_said(self) -> None:
        length, answer = written(QUERY, LONG, udp=False)
        assert length > 1232
        assert len(answer.answer[0]) == 99
        assert not answer.flags & dns.flags.TC


def test_recursion_is_not_offered() -> None:
    answer = answered(QUERY.to_wire())
    assert answer is not None
    assert answer.flags & (dns.flags.QR | dns.flags.AA | dns.flags.RD | dns.flags.RA) == (
        dns.flags.QR | dns.flags.AA | dns.flags.RD
    )


@given(wire=st.binary(max_size=80))
def test_any_bytes_are_answered_or_dropped(wire: bytes) -> None:
    answer = answered(wire)
    assert answer is None or answer.id == int.from_bytes(wire[:2])


MUTATED = dns.message.make_query(
    "www.example.com",
    "A",
    use_edns=0,
    options=[dns.edns.ECSOption("203.0.113.0", 24), dns.edns.GenericOption(dns.edns.OptionType.COOKIE, bytes(8))],
).to_wire()


@given(
    changes=st.lists(st.tuples(st.integers(3, len(MUTATED) - 1), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 8),
    udp=st.booleans(),
)
def test_a_damaged_question_is_answered_or_dropped(changes: list[tuple[int, int]], cut: int, *, udp: bool) -> None:
    wire = bytearray(MUTATED)
    for place, value in changes:
        wire[place] = value
    answer = answered(bytes(wire[: len(wire) - cut]), udp=udp)
    assert answer is not None
    assert answer.id == int.from_bytes(wire[:2])
