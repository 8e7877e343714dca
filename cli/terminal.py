"""The terminal: all that is printed is text and never markup, whatever objects, zones and servers have said.

Style is added with `styled` and `rich.style`, beside the text and not in it. Everything that prints makes its console
and its texts here; a test holds that nothing else does.
"""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from components.records.international import readable

_LINE_BREAK = "\n"
"""Messages of several lines are ours; names, comments and contents have none in them."""


class Terminal(Console):
    """A console that takes no text for markup, writes hidden characters out, and international names in both forms."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of rich's console
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def on_broken_pipe(self) -> None:
        """Print nothing more where the reader has gone (`| head`): a run goes on to its end."""
        self.quiet = True
        swallow(self.file)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - likewise
        """Return a text to print, also a cell of a table."""
        return super().render_str(_readable(text), **options)


def write_line(line: str) -> None:
    """Write a line to standard output at once; nothing where its reader has gone."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        swallow(sys.stdout)


def swallow(stream: IO[str]) -> None:
    """Discard the text in a stream's buffer, and all that is written to the stream from now on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def plain(text: str, style: str = "") -> Text:
    """Return a text as it is, but for hidden characters and international names, in one style."""
    return Text(_readable(text), style)


def styled(*parts: str | Text | tuple[str, str]) -> Text:
    """Return texts one after the other, each as it is, or a pair of a text and its style."""
    whole = Text()
    for part in parts:
        whole.append_text(part if isinstance(part, Text) else plain(*part) if isinstance(part, tuple) else plain(part))
    return whole


def _readable(text: str) -> str:
    """Return a text as it is shown; one of accents or the like alone is written out, for which a table has no room."""
    found = readable(text, keep=_LINE_BREAK)
    has_no_width = found.strip(_LINE_BREAK) and not cell_len(found)
    return found.encode("unicode_escape").decode() if has_no_width else found
