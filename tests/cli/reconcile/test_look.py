from __future__ import annotations

import subprocess
import sys

NOT_NEEDED = ("pulumi", "grpc", "google.protobuf", "pulumi_cloudflare", "apprise", "cryptography", "prometheus_client")
"""What only a run of the engine needs, or settings that few have: a tenth of a second, and some 20 MB."""
IMPORTS = f"""
import sys
import cli.commands.up, cli.commands.preview, cli.reconcile.converge, cli.daemon.process
print(*(name for name in {NOT_NEEDED!r} if name in sys.modules))
"""


def test_a_look_that_finds_nothing_to_do_needs_no_sdk() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
