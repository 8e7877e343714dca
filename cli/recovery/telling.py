"""What was put right, on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cli.events import Mended

if TYPE_CHECKING:
    from rich.console import Console


def on(console: Console) -> Callable[[Mended], None]:
    """Print each thing as it is put right."""

    def told(news: Mended) -> None:
        console.print("[yellow]recovered[/]: ", end="", highlight=False)
        console.print(news.what, markup=False, highlight=False, soft_wrap=True)

    return told
