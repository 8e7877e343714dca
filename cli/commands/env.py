"""`truenorth env`: the environment for a plain `pulumi up` with the same result as `truenorth up`."""

from __future__ import annotations

import os
import shlex
import sys

from cli.commands.shared.options import ProjectFolder, SettingsFile, Stack, State


def env(stack: Stack = "", settings: SettingsFile = None, state: State = "", project: ProjectFolder = None) -> None:
    """Print `export` lines: the engine on PATH, the same state, the same plugins. No credentials are printed.

    Where a secret comes from a file, the line has the shell read that file.

    Example: `eval "$(truenorth env --stack home)"; pulumi up --stack home`
    """
    from cli.session.open import open_session
    from cli.state.store import PulumiBackend
    from stacks.model.errors import UserError
    from stacks.settings.credentials import own_tokens, secret_variables
    from stacks.settings.secrets.files import PULUMI_TOKEN, file_with

    session = open_session(stack, settings, os.environ, state, project)
    if not isinstance(session.state, PulumiBackend):
        raise UserError(
            "the state is in Secrets, which a plain `pulumi` cannot reach",
            "--state, TRUENORTH_STATE, PULUMI_BACKEND_URL or the setting backend",
            "use truenorth itself; or get the state as a file: truenorth state pull FILE",
        )
    secrets = {*secret_variables(session.credentials), *own_tokens(session.credentials), PULUMI_TOKEN}
    for name, value in sorted(session.environment.items()):
        if os.environ.get(name) == value:
            continue
        if name not in secrets:
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        elif file := file_with(os.environ, name, value):
            sys.stdout.write(f'export {name}="$(cat {shlex.quote(str(file))})"\n')
