"""The walks through the API that the documentation gives, as a newcomer types them."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Place

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What each walk leaves behind, asked as its reader would.
FIRST_CLIENT = """
echo
ask /caseload/v1/clients/$CLIENT | field episode_of_care.0.status
ask /caseload/v1/clients/$CLIENT | field care_plan.0.status
ask /caseload/v1/handovers/$HANDOVER | field their_notes.0.words
"""
OFFLINE = """
echo
ask /sync/conflicts/$CONFLICT | field versions.1.content.words
ask /sync/devices | grep -c "$DEVICE"
ask "/day?date=$MONDAY" | field clients.0.care_plan.lines.0.words
"""
TRUST = """
echo
ask $FHIR/Patient/$PATIENT | field resourceType
ask $FHIR/AuditEvent?patient=$PATIENT | field entry.0.resource.agent.0.who.identifier.value | grep -c "^$NAME"
curl -s -o refused.json -w "%{http_code}\\n" -H "Authorization: Bearer $TOKEN" $FHIR/Patient?name=Edith
"""
PAGES = {
    "first-client.md": (FIRST_CLIENT, ["finished", "agreed", "A quiet night"]),
    "interop/trust.md": (TRUST, ["Patient", "1", "400"]),
    "offline.md": (OFFLINE, ["Two layers, a softer liner", "1", "Three layers, a softer liner"]),
}
DAY_SECONDS = 240


def walk(page: str, port: str, asked: str) -> str:
    """All its blocks as one script, with this port."""
    commands = "\n".join(BLOCK.findall((ROOT / "docs" / page).read_text()))
    moved = commands.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
    return "set -euo pipefail\n" + moved.replace(".venv/bin/python", sys.executable) + asked


@pytest.mark.slow
@pytest.mark.timeout(DAY_SECONDS + 120)
def test_a_newcomer_gets_as_far_as_the_pages_say(place: Place, port: str, tmp_path: Path) -> None:
    """From referral to discharge, and a round without signal."""
    with place.start("demo", "--port", port) as playing:
        try:
            assert playing.stdout is not None
            late = threading.Timer(DAY_SECONDS, playing.kill)
            late.start()
            assert any("A coach never reads a client" in line for line in playing.stdout), place.log()[-2000:]
            late.cancel()
            for page, (asked, told) in PAGES.items():
                command = ["bash", "-c", walk(page, port, asked)]
                walked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
                assert walked.returncode == 0, (page, walked.stdout[-1000:] + walked.stderr[-1000:])
                assert walked.stdout.splitlines()[-3:] == told
        finally:
            playing.send_signal(signal.SIGINT)
