"""The address as a resolver sees it that is asked over https (RFC 8484): nobody on the way can forge its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.exception
import dns.message

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.name_query import address_in, query_for
from stacks.observe.wan.sources.web import BODY_LIMIT, WebCall, fetch

if TYPE_CHECKING:
    from stacks.model.values import Address, Family
    from stacks.observe.wan.sources.deadline import Deadline

MEDIA_TYPE = "application/dns-message"


def ask(name: str, url: str, family: Family, deadline: Deadline, via: str = "") -> Address:
    """Return the address in the answer of the service at the URL. Raises `NoAnswerError`.

    The question is posted: an answer to that is kept by no cache, and so is of this machine.
    """
    query = query_for(name, family)
    query.id = 0  # RFC 8484, section 4.1
    headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
    body = fetch(url, family, deadline, BODY_LIMIT, WebCall(via, headers, query.to_wire()))
    try:
        answer = dns.message.from_wire(body)
    except dns.exception.DNSException as error:
        raise NoAnswerError(f"answered with something that is no DNS message: {body[:40]!r}") from error
    if not query.is_response(answer):
        raise NoAnswerError("answered another question")
    return address_in(answer)
