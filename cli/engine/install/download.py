"""Download Pulumi's official release, held against its checksum (SHA-256).

That is the one in `checksums.txt` beside this module, where the release is in it; else the one that is published with
the release, which protects from broken downloads and from others on the way, not from the server itself.

Files and names: https://www.pulumi.com/docs/install/versions/, `pulumi-VERSION-checksums.txt` beside the archives.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import tarfile
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from cli.engine.install.files import FILES
from cli.engine.install.versions import VERSION
from stacks.model.errors import UserError
from toolchain.unavailable import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.progress import Progress

URL_VARIABLE = "TRUENORTH_ENGINE_DOWNLOAD_URL"
_URL = "https://get.pulumi.com/releases/sdk"
CHECKSUMS = Path(__file__).parent / "checksums.txt"
STEPS = 3

_CHUNK = 1 << 20
_TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two pieces of an answer."""
_ATTEMPTS = 5
"""Times that a broken connection is taken up again where it broke."""
_PROCESSORS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_MEBIBYTE = 1 << 20


def download(environment: Mapping[str, str], folder: Path, into: Path, progress: Progress) -> str:
    """Put the engine's files into `into` and return where they came from. A part that `folder` holds already is kept.

    Raises Unavailable where the release cannot be fetched, UserError where it is not what was published.
    """
    base = environment.get(URL_VARIABLE, "").rstrip("/") or _URL
    if not _is_safe(base):
        raise UserError(
            f"the engine would come from {base}, where anybody on the way can change it",
            URL_VARIABLE,
            "name an https:// address; http:// is for this machine itself",
        )
    name = _archive_name()
    url = f"{base}/{name}"
    folder.mkdir(parents=True, exist_ok=True)
    progress.step(f"look for the release at {base}")
    expected = _sum_of(name, CHECKSUMS.read_text(encoding="utf-8"))
    if not expected:
        progress.note(f"no checksum of {name} is in this program: takes the one that {base} publishes")
        expected = _published_sum(f"{base}/pulumi-{VERSION}-checksums.txt", name)
    progress.step(f"download {name}")
    archive = folder / f"{name}.part"
    kept = archive.stat().st_size if archive.exists() else 0
    if kept:
        progress.note(f"goes on after the {kept // _MEBIBYTE} MiB of an earlier download")
    _fetch(url, archive, progress)
    if _sum(archive) != expected and kept:  # the earlier part may be of another file: once more from the start
        progress.note("the earlier part does not fit: downloads the whole")
        archive.unlink()
        _fetch(url, archive, progress)
    _hold_against(archive, expected, url)
    progress.step("unpack it")
    _unpack(archive, into, url)
    return f"downloaded from {base}"


def _is_safe(url: str) -> bool:
    """Return whether nobody on the way can change what comes from a URL."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _check_way(answer: requests.Response) -> None:
    """Raise UserError for an answer to which a redirect has led over an unsafe way."""
    for step in (*answer.history, answer):
        if not _is_safe(step.url):
            raise UserError(
                f"{answer.history[0].url} leads to {step.url}, where anybody on the way can change the engine",
                URL_VARIABLE,
                "name an address without such redirects",
            )


def _archive_name() -> str:
    """Name the archive for this machine."""
    system, processor = platform.system().lower(), platform.machine().lower()
    if system not in {"linux", "darwin"} or processor not in _PROCESSORS:
        reason = f"Pulumi publishes no release for {system} on {processor}"
        raise Unavailable(reason, "use a machine with Linux or macOS on x86-64 or ARM64")
    return f"pulumi-v{VERSION}-{system}-{_PROCESSORS[processor]}.tar.gz"


def _unreachable(url: str, why: object) -> Unavailable:
    return Unavailable(f"{url} cannot be read: {why}", "connect this machine to the network")


def _root_cause(error: BaseException) -> str:
    """Return the innermost message: the outer ones repeat the address and name classes."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(error) or type(error).__name__


def _published_sum(url: str, name: str) -> str:
    """Return the SHA-256 of the archive, in hexadecimal, that the server publishes."""
    try:
        with requests.get(url, timeout=_TIMEOUT) as answer:
            _check_way(answer)
            answer.raise_for_status()
            listed = answer.text
    except requests.HTTPError as error:
        raise _unreachable(url, f"HTTP {error.response.status_code}") from error
    except requests.RequestException as error:
        raise _unreachable(url, _root_cause(error)) from error
    if found := _sum_of(name, listed):
        return found
    raise _unreachable(url, f"it does not list {name}")


def _sum_of(name: str, listed: str) -> str:
    """Return the checksum of an archive in lines of `SUM  NAME`; "" where it is not listed."""
    for line in map(str.split, listed.splitlines()):
        if len(line) == 2 and line[1].removeprefix("*") == name:  # noqa: PLR2004 - sum and name
            return line[0].lower()
    return ""


def _fetch(url: str, archive: Path, progress: Progress) -> None:
    """Bring the file to its full length, beginning where it ends now."""
    for attempt in range(1, _ATTEMPTS + 1):
        before = archive.stat().st_size if archive.exists() else 0
        try:
            _fetch_rest(url, archive, progress)
        except requests.HTTPError as error:
            raise _unreachable(url, f"HTTP {error.response.status_code}") from error
        except requests.RequestException as error:
            grown = archive.exists() and archive.stat().st_size > before
            if attempt == _ATTEMPTS or not grown:
                raise _unreachable(url, _root_cause(error)) from error
            progress.note("the connection broke: takes it up again")
        else:
            return


def _fetch_rest(url: str, archive: Path, progress: Progress) -> None:
    start = archive.stat().st_size if archive.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(url, headers=headers, timeout=_TIMEOUT, stream=True) as answer:
        if start and answer.status_code == requests.codes.requested_range_not_satisfiable:
            return  # nothing is left to send; the checksum tells whether the file is the right one
        _check_way(answer)
        answer.raise_for_status()
        continues = answer.status_code == requests.codes.partial_content
        start = start if continues else 0
        total = start + int(answer.headers.get("Content-Length", "0"))
        with archive.open("ab" if continues else "wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                progress.detail(f"{file.tell() // _MEBIBYTE} of {total // _MEBIBYTE} MiB")


def _sum(archive: Path) -> str:
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hold_against(archive: Path, expected: str, url: str) -> None:
    found = _sum(archive)
    if found != expected:
        archive.unlink()
        raise UserError(
            f"the downloaded engine is not the one that was published: its SHA-256 is {found}, expected is {expected}",
            url,
            "run it again; if it stays so, something between here and there changes downloads: use another network",
        )


def _unpack(archive: Path, into: Path, url: str) -> None:
    """Take out the engine's files by name, whatever else and whatever paths the archive holds."""
    lacking = set(FILES)
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = PurePosixPath(member.name).name
                content = tar.extractfile(member) if name in lacking and member.isfile() else None
                if content is not None:
                    target = into / name
                    with content, target.open("wb") as file:
                        shutil.copyfileobj(content, file)
                    target.chmod(0o755)
                    lacking.discard(name)
    except tarfile.TarError as error:
        raise Unavailable(f"{url} is no archive: {error}", "name a release folder of Pulumi's own layout") from error
    if lacking:
        raise Unavailable(f"{url} lacks {', '.join(sorted(lacking))}", "name a release folder of Pulumi's own layout")
