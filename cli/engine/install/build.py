"""Build the engine from pinned Go modules, where no release can be downloaded.

The language host comes from the last release of the SDK's module that contained it; it runs programs of the newer SDK.
The two scripts beside it are those of the pinned release, taken from the downloaded module.

The go.mod and go.sum below modules/ name Pulumi's own modules alone, with their hashes; the go.mod and go.sum of these
name all others.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.engine.install.files import DYNAMIC_PROVIDER, LANGUAGE_HOST, PROGRAM_RUNNER, PULUMI
from cli.engine.install.versions import VERSION
from stacks.model.errors import UserError
from stacks.settings.secrets.children import TOOLCHAIN, needed
from toolchain.compile import BuildError, Program, compile_program, completed, download, go_environment
from toolchain.go import minimum_of, toolchain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.progress import Progress

MODULES = Path(__file__).parent / "modules"
STEPS = 4

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_LINKED = {f"{_SDK}/go/common/version.Version": f"v{VERSION}"}
_SCRIPTS = {PROGRAM_RUNNER: "python/cmd", DYNAMIC_PROVIDER: "python/dist"}
_PROGRAMS = {
    LANGUAGE_HOST: Program(MODULES / "langhost", f"{_SDK}/python/cmd/pulumi-language-python", _LINKED),
    PULUMI: Program(MODULES / "pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", _LINKED),
}
_NAMES = {LANGUAGE_HOST: "the language host", PULUMI: "the engine (minutes the first time)"}


def build(environment: Mapping[str, str], folder: Path, into: Path, progress: Progress) -> str:
    """Put the engine's files into `into` and return how they were made. What `folder` holds already is used.

    Raises Unavailable without Go or network, UserError if the modules do not build.
    """
    environment = needed(TOOLCHAIN, environment)
    folder.mkdir(parents=True, exist_ok=True)
    progress.step("find a Go toolchain")
    go = toolchain(environment, folder / "go", minimum_of(MODULES / "pulumi"), progress)
    settings = go_environment(environment, go, folder)
    sources: dict[str, Mapping[str, Path]] = {}
    try:
        for name, program in _PROGRAMS.items():
            progress.step(f"build {_NAMES[name]} with {go.version}")
            sources[name] = download(go, settings, program.module)
            module = completed(program.module, sources[name], folder / "modules-of" / name)
            compile_program(go, settings, replace(program, module=module), into / name, progress)
    except BuildError as error:
        what = f"the engine does not build; Go said:\n{error.said}"
        raise UserError(what, str(error.module), "install Pulumi yourself, on PATH") from error
    progress.step("copy the scripts beside it")
    for name, folder_of_sdk in _SCRIPTS.items():
        shutil.copyfile(sources[PULUMI][_SDK] / folder_of_sdk / name, into / name)
        (into / name).chmod(0o755)
    return f"built from Go modules with {go.version}"
