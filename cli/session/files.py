"""Write files whole: whatever happens meanwhile, a file has its old content or its new one."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_whole(file: Path, content: bytes, *, mode: int = 0o666, overwrite: bool = True, durable: bool = True) -> None:
    """Write a file by way of a draft beside it that is renamed (rename(2)).

    mode: the permissions of the file, before the process's umask. overwrite: whether a file that exists is replaced;
    else FileExistsError is raised. durable: whether the content is on the disk at the end, should the machine crash
    (fsync(2)). Raises OSError; the draft is removed then.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_native_id()}")
    try:
        with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
            stream.write(content)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        if overwrite:
            draft.replace(file)
        else:
            os.link(draft, file)  # unlike a rename, it never replaces anything
    finally:
        draft.unlink(missing_ok=True)
