"""International names (IDNA 2008, RFC 5890): as people write and read them, and as the DNS has them.

Unicode becomes Punycode by the non-transitional processing of UTS 46, as browsers do it: upper case and other widths
are mapped, the ideographic full stop is a dot, ß stays itself, and symbols such as emoji are taken, which IDNA 2008
alone refuses. DNS APIs store and return records' names in Punycode, and so it is the form of a name everywhere in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import idna

from components.plain_text import check_plain, quoted, visible

PREFIX = "xn--"
LONGEST_LABEL = 63
LONGEST_NAME = 253
"""Characters of a name; in Punycode none is shorter than in Unicode."""
_JOINERS = "\u200c\u200d"
"""Without width, and part of names in Persian and Indic scripts (RFC 5892, appendix A.1 and A.2)."""
_WITHOUT_JOINERS = str.maketrans("", "", _JOINERS)
MOST_SHOWN = 500
"""Names of one text that are shown in both forms: nobody reads more, and one takes microseconds."""
_NAMES = re.compile(r"[A-Za-z0-9_*.-]+")
"""Words in which an international name can stand."""


def to_ascii(name: str) -> str:
    """Return a name in lower case and in Punycode, as the DNS has it. Raises ValueError, with what is wrong.

    Whether its labels are DNS labels is not looked at (`canonical.check_name`), nor what is Punycode already.
    """
    if name.isascii():
        check_plain(name)
        return name.lower()
    if len(name) > LONGEST_NAME:
        raise ValueError(f"the name {quoted(name)} is longer than {LONGEST_NAME} characters")
    return _in_punycode(name)


def check_visible(text: str) -> None:
    """Raise ValueError, with the character, where a text has hidden characters that no name can have."""
    check_plain(text.translate(_WITHOUT_JOINERS))


def stored(name: str) -> str:
    """Return the name of a record that an API or state has, as the DNS has it; in lower case where it is no name."""
    try:
        return to_ascii(name)
    except ValueError:
        return name.lower()


def to_unicode(name: str) -> str:
    """Return a name as people read it: each label of Punycode in Unicode, where it is the label's one way to be read.

    A label that would become hidden characters, or be written in Punycode otherwise, stays as it is.
    """
    if PREFIX not in name or len(name) > LONGEST_NAME:
        return name
    return ".".join(map(_read, name.split(".")))


def in_both_forms(text: str) -> str:
    """Return a text with each international name in it in both forms: `bücher.example.com (xn--bcher-kva.example.com)`.

    A name that stands in brackets behind its Unicode form already is left alone, and one in a command, `in backticks`,
    which people copy.
    """
    if PREFIX not in text:
        return text
    return "".join(_in_both_forms(text))


def readable(text: str, keep: str = "") -> str:
    """Return a text as people read it: international names in both forms, hidden characters written out.

    keep: hidden characters left as is.
    """
    return in_both_forms(visible(text, keep))


@lru_cache(10_000)
def _in_punycode(name: str) -> str:
    """Return a name in Punycode; kept, as a plan asks for each name several times. Raises ValueError."""
    check_visible(name)
    try:
        return ".".join(map(_label, idna.uts46_remap(name, std3_rules=False).split(".")))
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(f"{quoted(name)} is no international name ({visible(str(error))})") from None


def _label(label: str) -> str:
    """Return a label that UTS 46 has mapped in Punycode. Raises IDNAError, UnicodeError."""
    if label.isascii():
        return label
    if len(label) > LONGEST_LABEL:
        raise idna.IDNAError("a label is longer than 63 characters")
    if label.startswith(PREFIX):
        raise idna.IDNAError("a label in Punycode has letters and digits of ASCII only")
    idna.check_initial_combiner(label)
    idna.check_bidi(label)
    for position, sign in enumerate(label):
        if sign in _JOINERS and not idna.valid_contextj(label, position):
            raise idna.IDNAError(f"U+{ord(sign):04X} has no width, and does not belong between these characters")
    return PREFIX + label.encode("punycode").decode()


def _read(label: str) -> str:
    if not label.startswith(PREFIX) or len(label) > LONGEST_LABEL:
        return label
    try:
        read = label.removeprefix(PREFIX).encode().decode("punycode")
        check_plain(read)
        return read if to_ascii(read) == label else label
    except ValueError:
        return label


def _in_both_forms(text: str) -> Iterator[str]:
    """Yield the parts of a text, those that are international names in both forms."""
    end, shown = 0, 0
    for found in _NAMES.finditer(text):
        word = found[0]
        if PREFIX not in word or shown == MOST_SHOWN:
            continue
        shown += 1
        dots = word[len(word.rstrip(".")) :]
        name = word.removesuffix(dots)
        read = to_unicode(name)
        is_in_command = text.count("`", 0, found.start()) % 2 == 1
        if read == name or is_in_command or text.endswith(f"{read} (", 0, found.start()):
            continue
        yield f"{text[end : found.start()]}{read} ({name}){dots}"
        end = found.end()
    yield text[end:]
