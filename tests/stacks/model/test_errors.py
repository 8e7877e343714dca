from __future__ import annotations

import errno

import pytest

from stacks.model.errors import may_pass


@pytest.mark.parametrize(
    ("code", "passing"),
    [
        *((one, True) for one in (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)),
        *((one, False) for one in (errno.EACCES, errno.ENOENT, errno.EROFS, None)),
    ],
)
def test_a_machine_may_have_again_what_it_lacked(code: int | None, *, passing: bool) -> None:
    error = OSError() if code is None else OSError(code, "it lacks something")
    assert may_pass(error) is passing
