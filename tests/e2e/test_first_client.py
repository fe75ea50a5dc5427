"""The walk through the API that the documentation gives, as a newcomer types it."""

import re
import signal
import subprocess
import sys
import threading

import pytest

from tests.e2e.conftest import ROOT, Place

PAGE = ROOT / "docs" / "first-client.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What the walk leaves behind, asked as its reader would.
ASKED = """
echo
ask /caseload/v1/clients/$CLIENT | field episode_of_care.0.status
ask /caseload/v1/clients/$CLIENT | field care_plan.0.status
ask /caseload/v1/handovers/$HANDOVER | field their_notes.0.words
"""
DAY_SECONDS = 240


def walk(port: str) -> str:
    """All its blocks as one script, with this port."""
    commands = "\n".join(BLOCK.findall(PAGE.read_text()))
    moved = commands.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
    return "set -euo pipefail\n" + moved.replace(".venv/bin/python", sys.executable) + ASKED


@pytest.mark.slow
@pytest.mark.timeout(DAY_SECONDS + 120)
def test_a_newcomer_takes_a_first_client_from_referral_to_discharge(place: Place, port: str) -> None:
    with place.start("demo", "--port", port) as playing:
        try:
            assert playing.stdout is not None
            late = threading.Timer(DAY_SECONDS, playing.kill)
            late.start()
            assert any("A coach never reads a client" in line for line in playing.stdout), place.log()[-2000:]
            late.cancel()
            walked = subprocess.run(
                ["bash", "-c", walk(port)], cwd=ROOT, capture_output=True, text=True, timeout=90, check=False
            )
        finally:
            playing.send_signal(signal.SIGINT)
    assert walked.returncode == 0, walked.stdout[-1000:] + walked.stderr[-1000:]
    assert walked.stdout.splitlines()[-3:] == ["finished", "agreed", "A quiet night"]
