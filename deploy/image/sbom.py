"""Writes what the image is made of, as CycloneDX 1.6: `scripts/sbom > sbom.json`. The same input gives the same bytes.

The packages of the base image are not in it: `docker buildx build --sbom=true` looks for those in the built image.
Format: https://cyclonedx.org/docs/1.6/json/.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from cli.engine.install.versions import VERSION
from deploy.image.environment import PROJECT, Package, packages
from deploy.image.plugins import PLUGINS, pinned

ROOT = Path(__file__).resolve().parents[2]
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/truenorth")


def bill(lock: str, project_file: Path) -> dict[str, Any]:
    """The bill of materials, from the text of uv.lock and the pins. Raises KeyError where a pin is missing."""
    locked = packages(lock)
    own = next(package for package in locked if package.name == PROJECT)
    engine = _program("pulumi", VERSION, f"pkg:github/pulumi/pulumi@v{VERSION}")
    versions = pinned(project_file)
    plugins = [
        _program(f"pulumi-resource-{one.name}", versions[one.sdk], f"pkg:github/{one.repository}@v{versions[one.sdk]}")
        for one in PLUGINS
    ]
    programs = [engine, *plugins]
    references = {package.name: _reference(package) for package in locked}
    depends = {references[package.name]: [references[need] for need in package.needs] for package in locked}
    depends[references[PROJECT]] += [one["purl"] for one in programs]
    depends |= {one["purl"]: [] for one in programs}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_component(own), "type": "application"}},
        "components": [*(_component(package) for package in locked if package is not own), *programs],
        "dependencies": [{"ref": one, "dependsOn": needs} for one, needs in depends.items()],
    }
    serial = uuid.uuid5(_NAMESPACE, json.dumps(document, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "serialNumber": f"urn:uuid:{serial}",
        **document,
    }


def _component(package: Package) -> dict[str, Any]:
    files = [
        {"type": "distribution", "url": wheel.url, "hashes": [{"alg": "SHA-256", "content": wheel.sha256}]}
        for wheel in package.wheels
    ]
    return {
        "type": "library",
        "bom-ref": _reference(package),
        "name": package.name,
        "version": package.version,
        "purl": _reference(package),
        **({"externalReferences": files} if files else {}),
    }


def _program(name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": "application", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _reference(package: Package) -> str:
    """The package URL: https://github.com/package-url/purl-spec."""
    return f"pkg:pypi/{package.name}@{package.version}"


def main() -> None:
    """Print the bill of this checkout."""
    found = bill((ROOT / "uv.lock").read_text(encoding="utf-8"), ROOT / "pyproject.toml")
    json.dump(found, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
