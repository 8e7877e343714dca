from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.agreement.consensus import OUTVOTING, agree, disagree, is_disagreement, outvoted, settled
from stacks.settings.wan_operators import DECLARED

IPV4 = Family.IPV4
RIGHT = "203.0.113.7"
WRONG = "198.51.100.66"
GOOGLE, CLOUDFLARE, TWILIO = (
    "stun:stun.l.google.com:19302",
    "stun:stun.cloudflare.com:3478",
    "stun:global.stun.twilio.com:3478",
)
AMAZON, IFCONFIG, TRACE = (
    "https://checkip.amazonaws.com",
    "https://ifconfig.me/ip",
    "https://cloudflare.com/cdn-cgi/trace",
)
MYIP, PLAIN, DOH = "https://myip.example/", "http://plain.example/", "doh:whoami.cloudflare"
SAFE = ("https://", "doh:")
OPERATORS = {
    GOOGLE: "google.com",
    CLOUDFLARE: "cloudflare.com",
    TWILIO: "twilio.com",
    AMAZON: "amazonaws.com",
    IFCONFIG: "ifconfig.me",
    TRACE: "cloudflare.com",
    MYIP: "myip.example",
    DOH: "cloudflare.com",
    PLAIN: "plain.example",
    "interface": "this host",
    "static": DECLARED,
}


def said(source: str, *addresses: str, family: Family = IPV4) -> Answer:
    """Make an answer; without an address, silence."""
    first: Known[Address] | Unknown = Known(ip_address(addresses[0])) if addresses else Unknown("no answer in time")
    others = tuple(ip_address(address) for address in addresses[1:])
    return Answer(source, OPERATORS[source], family, first, 0.1, others=others)


def refused(source: str, reason: str) -> Answer:
    return Answer(source, OPERATORS[source], IPV4, Unknown(reason), 0.1, refused=reason)


@dataclass(frozen=True)
class Waiting:
    name: str

    @property
    def operator(self) -> str:
        return OPERATORS[self.name]

    def detect(self, family: Family, deadline: object) -> Answer:
        raise AssertionError((family, deadline))


@pytest.mark.parametrize(
    ("answers", "agreement", "published"),
    [
        # All that answered agree: use it.
        ([said(GOOGLE, RIGHT), said(CLOUDFLARE, RIGHT), said(AMAZON, RIGHT)], 2, True),
        ([said(GOOGLE, RIGHT), said(CLOUDFLARE, RIGHT), said(AMAZON, RIGHT)], 3, True),
        # A single answer is usable, where the setting says so.
        ([said(GOOGLE, RIGHT)], 1, True),
        ([said(GOOGLE, RIGHT)], 2, False),
        ([said(AMAZON, RIGHT), said(GOOGLE)], 1, True),
        ([said(PLAIN, RIGHT), said(GOOGLE, RIGHT)], 2, True),
        # Where secured sources are asked, one of them must agree: the others can be forged on the way.
        ([said(GOOGLE, RIGHT), said(AMAZON)], 1, False),
        ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT), said(AMAZON), said(IFCONFIG)], 2, False),
        ([said(GOOGLE, RIGHT), said(PLAIN, RIGHT), said(AMAZON)], 2, False),
        ([said(GOOGLE, RIGHT), said("interface", RIGHT), said(AMAZON)], 2, False),
        ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT), refused(AMAZON, "is not a public address")], 2, False),
        # Three secured operators outvote one, of whatever kind, but not two, and not the user's word.
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT), said(GOOGLE, WRONG)], 2, True),
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT), said(MYIP, WRONG)], 2, True),
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT), said(GOOGLE, WRONG)], 4, False),
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(GOOGLE, RIGHT), said(TWILIO, WRONG)], 2, False),
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT), said(CLOUDFLARE, WRONG)], 2, False),
        (
            [said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT), said(GOOGLE, WRONG), said(TWILIO, WRONG)],
            2,
            False,
        ),
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT), said("static", WRONG)], 2, False),
        # Mismatch: nothing is updated, however many stand behind either side.
        ([said(GOOGLE, RIGHT), said(CLOUDFLARE, WRONG)], 2, False),
        ([said(GOOGLE, RIGHT), said(CLOUDFLARE, WRONG)], 1, False),
        ([said(GOOGLE, RIGHT), said(CLOUDFLARE, RIGHT), said(TWILIO, RIGHT), said(AMAZON, WRONG)], 2, False),
        # Silent or broken servers do not count.
        ([said(GOOGLE, RIGHT), said(CLOUDFLARE), said(TWILIO), said(AMAZON, RIGHT)], 2, True),
        ([said(GOOGLE, RIGHT), refused(CLOUDFLARE, "is not a public address"), said(AMAZON, RIGHT)], 2, True),
        ([said(GOOGLE), said(CLOUDFLARE)], 1, False),
        ([], 1, False),
        # STUN only and HTTP only.
        ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT)], 2, True),
        ([said(AMAZON, RIGHT), said(IFCONFIG, RIGHT)], 2, True),
        # The interface's own word, beside others and alone.
        ([said(GOOGLE), said(AMAZON, RIGHT), said("interface", RIGHT)], 1, True),
        ([said(GOOGLE), said(AMAZON), said("interface", RIGHT)], 1, False),
        ([said("interface", RIGHT)], 1, True),
        ([said(GOOGLE, RIGHT), said(AMAZON), refused("interface", "10.0.0.1 is not a public address")], 1, False),
        # Operators count, not servers.
        ([said(CLOUDFLARE, RIGHT), said(TRACE, RIGHT)], 2, False),
        ([said(CLOUDFLARE, RIGHT), said(TRACE, RIGHT), said(GOOGLE, RIGHT)], 2, True),
        # The user's word suffices, and can be contradicted.
        ([said("static", RIGHT)], 2, True),
        ([said("static", RIGHT), said(GOOGLE, WRONG)], 2, False),
    ],
)
def test_what_is_published(answers: list[Answer], agreement: int, *, published: bool) -> None:
    outcome = agree(answers, IPV4, agreement)
    assert outcome == Known((ip_address(RIGHT),)) if published else isinstance(outcome, Unknown)


class TestTheReason:
    def test_of_a_mismatch_names_who_said_what(self) -> None:
        outcome = agree([said(GOOGLE, RIGHT), said(AMAZON, WRONG), said(TWILIO, RIGHT)], IPV4, 2)
        assert outcome == Unknown(
            f"the sources disagree on the ipv4 address: {RIGHT} says {GOOGLE} (google.com), {TWILIO} (twilio.com); "
            f"{WRONG} says {AMAZON} (amazonaws.com)"
        )

    def test_of_too_few_witnesses_names_them_and_the_silent_ones(self) -> None:
        outcome = agree([said(CLOUDFLARE, RIGHT), said(TRACE, RIGHT), said(GOOGLE)], IPV4, 2)
        assert outcome == Unknown(
            "only 1 of the 2 operators that must agree gave an ipv4 address: "
            f"{RIGHT} says {CLOUDFLARE} (cloudflare.com), {TRACE} (cloudflare.com); {GOOGLE}: no answer in time"
        )

    def test_of_silence_names_each_source_with_its_own(self) -> None:
        outcome = agree([said(GOOGLE), refused(AMAZON, "100.64.0.1 is behind carrier NAT")], IPV4, 2)
        assert outcome == Unknown(
            f"no source gave an ipv4 address: {GOOGLE}: no answer in time; {AMAZON}: 100.64.0.1 is behind carrier NAT"
        )

    def test_of_no_source_at_all(self) -> None:
        assert agree([], IPV4, 1) == Unknown("no source gave an ipv4 address: none was asked")


def test_families_stand_apart() -> None:
    answers = [
        said(GOOGLE, RIGHT),
        said(AMAZON, RIGHT),
        said(GOOGLE, "2001:db8::1", family=Family.IPV6),
        said(AMAZON, "2001:db8::2", family=Family.IPV6),
    ]
    assert agree(answers, IPV4, 2) == Known((ip_address(RIGHT),))
    assert isinstance(agree(answers, Family.IPV6, 2), Unknown)


def test_several_declared_addresses_are_published_together_and_sorted() -> None:
    outcome = agree([said("static", "203.0.113.9", "203.0.113.8", "203.0.113.9")], IPV4, 2)
    assert outcome == Known((ip_address("203.0.113.8"), ip_address("203.0.113.9")))


ANSWERS = st.lists(
    st.builds(
        lambda source, address: said(source, address) if address else said(source),
        st.sampled_from(sorted(set(OPERATORS) - {"static"})),
        st.sampled_from([RIGHT, RIGHT, RIGHT, WRONG, ""]),
    ),
    max_size=8,
)


@given(answers=ANSWERS, agreement=st.integers(1, 4))
def test_what_is_published_has_enough_witnesses_a_secured_one_among_them_and_at_most_one_against(
    answers: list[Answer], agreement: int
) -> None:
    outcome = agree(answers, IPV4, agreement)
    if isinstance(outcome, Unknown):
        return
    behind = [answer for answer in answers if answer.addresses == outcome.value]
    against = {answer.operator for answer in answers if answer.addresses not in {(), outcome.value}}
    secured = {answer.operator for answer in behind if answer.source.startswith(SAFE)}
    assert len({answer.operator for answer in behind}) >= agreement
    assert secured or not any(answer.source.startswith(SAFE) for answer in answers)
    assert not against or (len(against) == 1 and len(secured - against) >= OUTVOTING)


@given(answers=ANSWERS, agreement=st.integers(1, 4))
def test_nothing_is_published_while_all_secured_sources_are_silent(answers: list[Answer], agreement: int) -> None:
    unsecured = [answer for answer in answers if not answer.source.startswith(SAFE)]
    assert isinstance(agree([*unsecured, said(AMAZON)], IPV4, agreement), Unknown)


@given(answers=ANSWERS, agreement=st.integers(1, 4))
def test_without_secured_sources_all_that_answer_must_agree(answers: list[Answer], agreement: int) -> None:
    unsecured = [answer for answer in answers if not answer.source.startswith(SAFE)]
    contents = {answer.addresses for answer in unsecured if answer.addresses}
    operators = {answer.operator for answer in unsecured if answer.addresses}
    outcome = agree(unsecured, IPV4, agreement)
    if len(contents) == 1 and len(operators) >= agreement:
        assert outcome == Known(contents.pop())
    else:
        assert isinstance(outcome, Unknown)


@given(data=st.data(), answers=ANSWERS, agreement=st.integers(1, 4))
def test_the_order_of_the_answers_does_not_matter(data: st.DataObject, answers: list[Answer], agreement: int) -> None:
    shuffled = data.draw(st.permutations(answers))
    one, other = agree(answers, IPV4, agreement), agree(shuffled, IPV4, agreement)
    assert one == other or (isinstance(one, Unknown) and isinstance(other, Unknown))


class TestWhenTheOutcomeIsSettled:
    @pytest.mark.parametrize(
        ("answers", "waiting", "agreement", "expected"),
        [
            ([], [GOOGLE, AMAZON], 2, False),
            ([said(GOOGLE, RIGHT)], [AMAZON], 2, False),
            ([said(GOOGLE, RIGHT), said(AMAZON, RIGHT)], [TWILIO, IFCONFIG], 2, True),  # STUN and web agree
            ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT)], [CLOUDFLARE], 2, True),  # no web source to wait for
            ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT)], [AMAZON], 2, False),  # STUN alone can be forged
            ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT), said(AMAZON)], [CLOUDFLARE], 2, True),  # the web is not there
            ([said(GOOGLE, RIGHT), said(AMAZON, WRONG)], [TWILIO], 2, True),  # a mismatch does not heal
            ([said(GOOGLE, WRONG), said(AMAZON, RIGHT)], [IFCONFIG, TRACE], 2, False),  # three may outvote it
            ([said(GOOGLE, WRONG), said(AMAZON, RIGHT)], [IFCONFIG], 2, True),  # two may not
            ([said(GOOGLE, RIGHT)], [AMAZON, TWILIO], 2, False),
            ([said(GOOGLE, RIGHT), said(AMAZON)], [TWILIO], 2, True),  # none of them is secured
            ([said(GOOGLE), said(AMAZON)], [TWILIO], 2, True),  # two can no longer agree
            ([said(CLOUDFLARE, RIGHT)], [TRACE], 2, True),  # likewise: both are Cloudflare's
            ([said(CLOUDFLARE)], [TRACE, GOOGLE], 2, False),
            ([said(GOOGLE, RIGHT)], [AMAZON], 1, False),  # one is enough, but a mismatch must show
            ([said(GOOGLE, RIGHT)], [], 1, True),
            ([said("static", RIGHT)], [GOOGLE], 2, False),
            ([], ["static"], 2, False),
            ([said("static", RIGHT)], [], 2, True),
            ([], [], 2, True),
        ],
    )
    def test_by_case(self, answers: list[Answer], waiting: list[str], agreement: int, *, expected: bool) -> None:
        assert settled(answers, [Waiting(name) for name in waiting], IPV4, agreement) is expected

    @given(answers=ANSWERS, late=ANSWERS, agreement=st.integers(1, 4))
    def test_what_is_unknown_then_stays_unknown(
        self, answers: list[Answer], late: list[Answer], agreement: int
    ) -> None:
        if settled(answers, [Waiting(answer.source) for answer in late], IPV4, agreement) and isinstance(
            agree(answers, IPV4, agreement), Unknown
        ):
            assert isinstance(agree([*answers, *late], IPV4, agreement), Unknown)


def test_the_outvoted_are_told() -> None:
    three = [said(AMAZON, RIGHT), said(IFCONFIG, RIGHT), said(TRACE, RIGHT)]
    against = said(GOOGLE, WRONG)
    assert outvoted([*three, against], IPV4) == (against,)
    assert not disagree([*three, against], IPV4)
    assert outvoted([*three[:2], against], IPV4) == ()
    assert disagree([*three[:2], against], IPV4)


@pytest.mark.parametrize(
    ("answers", "disagrees"),
    [
        ([said(GOOGLE, RIGHT), said(TWILIO, WRONG)], True),
        ([said(GOOGLE, RIGHT), said(TWILIO, RIGHT)], False),
        ([said(GOOGLE, RIGHT), said(TWILIO)], False),
        ([said(GOOGLE), said(TWILIO)], False),
        ([], False),
    ],
)
def test_a_disagreement_is_told_from_silence(answers: list[Answer], *, disagrees: bool) -> None:
    assert is_disagreement(agree(answers, IPV4, 2)) == disagrees
