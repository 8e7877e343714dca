"""Write the template for `pulumi new`, as `truenorth init` has it: `python -m scripts.template`."""

from __future__ import annotations

from pathlib import Path

from cli.setup.scaffold import template_files

FOLDER = Path(__file__).resolve().parents[1] / "template"


def main() -> None:
    """Write each file of the template."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in template_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
