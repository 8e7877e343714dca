"""Texts that whoever may write one object, record or answer could put there, each as long as annotations may be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

LENGTH = 256 * 1024
"""Characters: the annotations of one object have as many bytes (Kubernetes API, `TotalAnnotationSizeLimitB`)."""
LONGEST = 0.05
"""Seconds of the processor that a parser may take for one of them, where a walk through it takes `WALK`."""
WALK = 0.0025
"""Seconds for a walk through a text of `LENGTH`, on the machine that `LONGEST` was chosen on."""
TRIES = 20


def _long(piece: str, end: str = "") -> str:
    return piece * (LENGTH // len(piece)) + end


TEXTS: Mapping[str, str] = {
    "digits": _long("1", "x"),
    "digits and dots": _long("1.", "x"),
    "durations": _long("1s", "x"),
    "letters": _long("a", "!"),
    "labels": _long("a.", "example.com"),
    "dots": _long("."),
    "dashes": _long("-"),
    "commas": _long(","),
    "international": _long("ü"),
    "international labels": _long("bücher."),
    "labels of many letters": _long("".join(map(chr, range(0x4E00, 0x4E3B))) + "."),
    "punycode": _long("xn--bcher-kva."),
    "names in punycode": _long("xn--bcher-kva.example.com "),
    "digits in punycode": "xn--" + _long("9a"),
    "items": _long("a.example.com,"),
    "addresses": _long("192.0.2.1,"),
    "colons": _long(":"),
    "colons and digits": _long("1:"),
    "slashes": _long("/"),
    "quotes": _long('"'),
    "quoted strings": _long('"a" '),
    "one open quote": '"' + _long("a"),
    "escapes": _long("\\"),
    "escaped digits": '"' + _long("\\065") + '"',
    "equals": _long("heritage=truenorth,truenorth/owner="),
    "beginnings of marks": _long("[truenorth owner="),
    "marks": _long("[truenorth owner=home]"),
    "pools": _long("TrueNorth: home in eu "),
    "hosts of a mark": "[truenorth owner=a hosts=" + _long("a.b,"),
    "beginnings of tokens": _long("eyJ"),
    "tokens": _long("eyJhbGciOiJ.eyJzdWIiOiI"),
    "beginnings of keys": _long("-----BEGIN "),
    "keys": _long("-----BEGIN RSA PRIVATE KEY-----"),
    "schemes": _long("https://"),
    "users": "https://" + _long("a:"),
    "bearers": _long("Bearer "),
    "bearer": "Bearer " + _long("a"),
    "spaces": _long(" "),
    "lines": _long("a\n"),
    "returns and tabs": _long("\r\t"),
    "NUL": _long("\0"),
    "escape sequences": _long("\x1b[2J\x1b]0;x\x07"),
    "overrides": _long("\u202e\u2066"),
    "no width": _long("a\u200b\ufeff"),
    "separators": _long("\u2028\u2029\x85"),
    "surrogates": _long("\ud800"),
    "tags of rich": _long("[/b]"),
    "opened tags of rich": _long("[bold]["),
    "HTML": _long("<script>alert(1)</script>"),
    "entities": _long("&lt;&#x0;"),
    "Markdown": _long("|`*_[x](y)"),
    "backticks": _long("`"),
    "mentions": _long("@everyone <!here> #1 "),
    "braces": _long("{0}%s${x}"),
    "confusables": _long("\u212a\u0430\u0131\u0130\uff41\u2024"),
    "digits of other scripts": _long("\u0661\u0967\uff11"),
    "emoji": _long("\U0001f9ed\ufe0f"),
    "astral": _long("\U000e0041"),
}


def seconds(work: Callable[[str], object], text: str) -> float:
    """Return the seconds of the processor that the work takes at its best, as they would be where a walk takes `WALK`.

    A busy machine adds to a single try, a slow one to each.
    """
    took = _best(work, text)
    return took if took < LONGEST else took / max(1.0, _best(_walk, _long("a"), enough=0.0) / WALK)


def _walk(text: str) -> None:
    for _ in text:
        pass


def _best(work: Callable[[str], object], text: str, enough: float = LONGEST) -> float:
    best = float("inf")
    for _ in range(TRIES):
        begun = time.thread_time()
        work(text)
        best = min(best, time.thread_time() - begun)
        if best < enough:
            break
    return best
