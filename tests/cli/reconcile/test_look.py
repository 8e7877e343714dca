from __future__ import annotations

import subprocess
import sys

NOT_NEEDED = (
    *("pulumi", "grpc", "google.protobuf", "pulumi_cloudflare"),
    *("lightkube", "httpx2", "dns.query", "apprise", "cryptography", "prometheus_client"),
)
"""What only a run of the engine needs, or settings that not all have: a fifth of a second, and some 30 MB."""
IMPORTS = f"""
import sys
import cli.main, cli.commands.up, cli.commands.preview, cli.session.open, cli.reconcile.converge
print(*(name for name in {NOT_NEEDED!r} if name in sys.modules))
"""


def test_a_look_that_finds_nothing_to_do_needs_no_sdk_and_no_client_of_a_cluster() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
