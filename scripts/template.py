"""Write the template for `pulumi new`, as `truenorth init` has it: `python -m scripts.template`."""

from __future__ import annotations

from pathlib import Path

from cli.setup.scaffold import TITLE, Toolchain, description, new_files

FOLDER = Path(__file__).resolve().parents[1] / "template"
_TEMPLATE = """\
template:
  displayName: TrueNorth
  description: {title}
  config:
    truenorth:zone:
      description: The zone, e.g. example.com
    truenorth:names:
      description: Names that point at the address of this machine's network, as a list; "@" for the zone itself
      default: "[www]"
"""


def template_files() -> dict[str, str]:
    """Return the files of the template for `pulumi new`, which asks for the name and the description by itself."""
    described = description("${PROJECT}", Toolchain.PIP, "${DESCRIPTION}")
    return {**new_files(""), "Pulumi.yaml": described + _TEMPLATE.format(title=TITLE)}


def main() -> None:
    """Write each file of the template."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in template_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
