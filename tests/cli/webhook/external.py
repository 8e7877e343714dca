"""external-dns as far as the webhook sees it: the requests that it sends, and how it compares what it is told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.cli.conftest import Inside
from tests.cli.daemon.watching import told, watching

MEDIA_TYPE = "application/external.dns.webhook+json;version=1"
Document = dict[str, Any]
LATE = ("it is being carried out\n", "another turn is being taken; ask again\n")
"""What is answered where a turn takes longer than an answer may."""


@dataclass(frozen=True)
class Webhook:
    """The webhook of a process that watches."""

    url: str

    def ask(self, method: str, path: str, document: object = None, timeout: float = 60.0) -> requests.Response:
        headers = {"accept": MEDIA_TYPE, "content-type": MEDIA_TYPE}
        body = None if document is None else json.dumps(document)
        return requests.request(method, self.url + path, data=body, headers=headers, timeout=timeout)

    def records(self) -> list[Document]:
        answer = self.ask("GET", "/records")
        assert answer.status_code == 200, answer.text
        found: list[Document] = answer.json()
        return found

    def change(self, **lists: Sequence[Document]) -> requests.Response:
        return self.ask("POST", "/records", lists)

    def adjusted(self, *endpoints: Document) -> list[Document]:
        answer = self.ask("POST", "/adjustendpoints", list(endpoints))
        assert answer.status_code == 200, answer.text
        found: list[Document] = answer.json()
        return found

    def sync(self, *wished: Document) -> requests.Response | None:
        """Ask for what is missing, other or too much, as external-dns does; None where nothing is.

        It asks again, too, while a turn takes longer than an answer is waited for: on a busy machine.
        """
        there = {(one["dnsName"], one["recordType"]): one for one in self.records()}
        wanted = {(one["dnsName"], one["recordType"]): one for one in self.adjusted(*wished)}
        create = [one for key, one in wanted.items() if key not in there]
        other = [key for key in wanted.keys() & there.keys() if _compared(wanted[key]) != _compared(there[key])]
        delete = [one for key, one in there.items() if key not in wanted]
        if not (create or other or delete):
            return None
        old, new = [there[key] for key in other], [wanted[key] for key in other]
        while True:
            answer = self.change(create=create, updateOld=old, updateNew=new, delete=delete)
            if answer.text not in LATE:
                return answer


def _compared(one: Document) -> object:
    return (
        sorted(one["targets"]),
        one["recordTTL"],
        sorted((each["name"], each["value"]) for each in one["providerSpecific"]),
    )


def endpoint(name: str, *targets: str, record_type: str = "A", resource: str = "", **fields: object) -> Document:
    labels = {"resource": resource or f"service/default/{name.partition('.')[0]}"}
    return {"dnsName": name, "recordType": record_type, "targets": list(targets), "labels": labels, **fields}


@contextmanager
def serving(inside: Inside, *arguments: str) -> Iterator[tuple[Webhook, subprocess.Popen[str]]]:
    """`truenorth watch --webhook` on a free port, once it has looked."""
    with watching(inside, "--webhook", "127.0.0.1:0", *arguments) as watcher:
        webhook = Webhook(told(watcher, "webhook")["url"])
        told(watcher, "result")
        yield webhook, watcher
