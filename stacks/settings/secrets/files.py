"""Read a secret from its variable, from the file that `VARIABLE_FILE` names, or from systemd's credentials.

The credentials of a systemd unit are files in the folder `$CREDENTIALS_DIRECTORY`
(https://systemd.io/CREDENTIALS/); one counts that is named after the variable, as it is or in lower case.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stacks.model.errors import UserError

FILE_SUFFIX = "_FILE"
CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"
MOST_BYTES = 65_536
MOST_FILES = 256
"""Files of a credentials folder that are looked at."""


PULUMI_TOKEN = "PULUMI_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - likewise
PASSPHRASE_FILE = PASSPHRASE + FILE_SUFFIX
"""Read by Pulumi itself."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A variable with a secret. may_have_lines: whether it is a list, whose file may have several lines."""

    variable: str
    use: str
    may_have_lines: bool = False


SECRETS = (
    Secret("CLOUDFLARE_API_TOKEN", "the API token for Cloudflare"),
    Secret("CF_API_TOKEN", "the same, as other tools name it"),
    Secret("CLOUDFLARE_API_KEY", "a key for Cloudflare, with CLOUDFLARE_EMAIL"),
    Secret("CF_API_KEY", "the same, as other tools name it"),
    Secret("CLOUDFLARE_EMAIL", "the address of the key's account"),
    Secret("CF_API_EMAIL", "the same, as other tools name it"),
    Secret("GANDI_PERSONAL_ACCESS_TOKEN", "the token for Gandi"),
    Secret("GANDI_API_KEY", "a key for Gandi"),
    Secret("GANDI_KEY", "the same, as its plugin names it"),
    Secret("RFC2136_TSIG_SECRET", "the secret of the key for a name server of one's own"),
    Secret("DNS_WEBHOOK_TOKEN", "the token for a proxy before a provider of external-dns's webhook protocol"),
    Secret("EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY", "the key with which external-dns encrypts its marks"),
    Secret("TRUENORTH_NOTIFY", "addresses of notifications", may_have_lines=True),
    Secret("TRUENORTH_PING_HEALTHCHECKS", "addresses of watchdogs", may_have_lines=True),
    Secret("TRUENORTH_PING_UPTIME_KUMA", "addresses of watchdogs", may_have_lines=True),
    Secret("TRUENORTH_PAGE_PASSWORD", "the password for the page of `truenorth watch`"),
    Secret(PULUMI_TOKEN, "the token for Pulumi Cloud, where the state is kept there"),
)
"""All secrets with a variable of a fixed name. Besides them there are the variables that `token` of a zone names."""
LISTS = frozenset(one.variable for one in SECRETS if one.may_have_lines)


def read_secret(environment: Mapping[str, str], variable: str) -> str:
    """Return the secret of a variable, "" where there is none.

    A credential of the unit comes before the variable, because it alone can change while the process runs. Raises
    UserError where a secret is given twice otherwise, or its file cannot be read, is empty or too long, or has several
    lines where one is wanted. No message quotes a secret.
    """
    value = environment.get(variable, "").strip()
    files = list(_files(environment, variable))
    is_named = any(source != CREDENTIALS_DIRECTORY for source, _ in files)
    ways = [*([f"the variable {variable}"] if value and is_named else []), *(f"{way}={file}" for way, file in files)]
    if len(ways) > 1:
        raise UserError(f"{variable} is given twice", " and ".join(ways), "keep one of them")
    if not files:
        return value
    source, file = files[0]
    return _content(file, f"{source}: {file}", variable)


def given_in(environment: Mapping[str, str], variable: str) -> str:
    """Return the place of the secret of a variable, in words for a message."""
    files = [str(file) for _, file in _files(environment, variable)]
    return files[0] if files else f"environment: {variable}"


def file_with(environment: Mapping[str, str], variable: str, secret: str) -> Path | None:
    """Return the file that gives a program's variable its secret, whichever of our variables names it; else None."""
    for name in dict.fromkeys([variable, *(one.variable for one in SECRETS)]):
        for _, file in _files(environment, name):
            if read_secret(environment, name) == secret:
                return file
    return None


def secret_files(environment: Mapping[str, str], variables: Iterable[str] = ()) -> tuple[Path, ...]:
    """Return the files that hold secrets. variables: names of variables from the zones, besides the table's."""
    names = dict.fromkeys([*(one.variable for one in SECRETS), *variables])
    return tuple(file for name in names for _, file in _files(environment, name))


def readable(environment: Mapping[str, str], variables: Iterable[str]) -> Iterator[str]:
    """Yield the secrets of these variables, but for those that are given wrongly."""
    for name in variables:
        with suppress(UserError):
            yield read_secret(environment, name)


def readable_secrets(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield variables and contents of all files that may have a secret, as far as they can be read.

    These are the files of variables with names in _FILE, and the credentials of the systemd unit.
    """
    for name, value in environment.items():
        if name.endswith(FILE_SUFFIX) and value.strip():
            with suppress(OSError, UnicodeDecodeError):
                yield name.removesuffix(FILE_SUFFIX), raw(Path(value.strip())).decode()
    if folder := environment.get(CREDENTIALS_DIRECTORY, ""):
        with suppress(OSError):
            for _, file in zip(range(MOST_FILES), Path(folder).iterdir(), strict=False):
                with suppress(OSError, UnicodeDecodeError):
                    yield file.name.upper(), raw(file).decode()


def raw(file: Path) -> bytes:
    """Return the first bytes of a file, one more than a secret may have. Raises OSError; never waits for a pipe."""
    with open(file, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(0, "it is no regular file")
        return stream.read(MOST_BYTES + 1)


def _files(environment: Mapping[str, str], variable: str) -> Iterator[tuple[str, Path]]:
    """Yield the files that have the secret of a variable, each with the source of its path."""
    if named := environment.get(variable + FILE_SUFFIX, "").strip():
        yield variable + FILE_SUFFIX, Path(named)
    if folder := environment.get(CREDENTIALS_DIRECTORY, ""):
        for name in dict.fromkeys((variable, variable.lower())):
            file = Path(folder) / name
            if os.path.lexists(file):
                yield CREDENTIALS_DIRECTORY, file


def _content(file: Path, where: str, variable: str) -> str:
    """Return the secret in a file."""
    try:
        content = raw(file)
        text = content.decode().strip()
    except OSError as error:
        what = f"the file with {variable} cannot be read: {error.strerror}"
        raise UserError(what, where, "make it readable for this user, or name another") from None
    except UnicodeDecodeError:
        raise UserError(f"the file with {variable} is no text", where, "write the secret alone into it") from None
    if len(content) > MOST_BYTES:
        raise UserError(f"the file with {variable} is longer than 64 KiB", where, "write the secret alone into it")
    if not text:
        raise UserError(f"the file with {variable} is empty", where, "write the secret into it")
    if variable not in LISTS and len(text.splitlines()) > 1:
        raise UserError(f"the file with {variable} has several lines", where, "write the secret alone into it")
    return text
