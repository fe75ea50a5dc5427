"""Every BaRS message that NHS England publishes as an example: taken, or refused for a fault that it does have."""

from pathlib import Path
from typing import Any

import fhirkit
import pytest

from services.interop.domain.inbound import InboundMessage, InboundReferral
from tests.interop.answers import PATH, stored
from tests.interop.bars_message import ids
from tests.interop.validating import REFERENCE
from tests.running import Running

MESSAGES = REFERENCE / "bars" / "messages"
# The status, FHIR's issue-type and the place; docs/interop/bars.md tells them in words.
# A response to a request: none is ever sent from here, so none can be answered.
RESPONSE = (422, "not-supported", "Bundle.entry[0].resource.eventCoding")
# It changes a request that its own series sent before, and that is not among the examples.
WITHOUT_ITS_FIRST = (404, "not-found", "Bundle.entry[1].resource")
# Its destination is no identifier of the Directory of Services.
NO_SERVICE = (404, "not-found", "Bundle.entry[0].resource.destination[0].endpoint")
# By the first word of the file's name.
REFUSED = {
    "REFREQ11": NO_SERVICE,
    "REFREQ8B": WITHOUT_ITS_FIRST,
    "REFREQ8D": WITHOUT_ITS_FIRST,
    "REFREQ9A": WITHOUT_ITS_FIRST,
    "REFRESP01": RESPONSE,
    "REFRESP03": RESPONSE,
    "VALRESP01B": RESPONSE,
    "VALRESP03": RESPONSE,
    "VALRESP05": RESPONSE,
}
# What follows another message of the folder: an update of the validation, and its withdrawal.
FOLLOWING = {"VALREQ02", "SERVREQ02"}

pytestmark = pytest.mark.skipif(
    not MESSAGES.is_dir(), reason="the published examples are not here: name their folder in HEATSHIELD_REFERENCE"
)


def named(path: Path) -> str:
    return path.name.partition(" ")[0]


async def test_every_published_message_is_taken_or_has_the_fault_that_is_told(bars: Any, interop: Running) -> None:
    found: dict[str, Any] = {}
    paths = sorted(MESSAGES.glob("*.json"), key=lambda path: (path.name.startswith("SERVREQ"), path.name))
    for path in paths:
        answer = await bars.post(PATH, content=path.read_bytes(), headers=ids())
        assert fhirkit.validate(answer.text) == []
        if answer.status_code != 200:
            (issue,) = answer.json()["issue"]
            assert issue["details"]["text"].endswith(".")
            found[named(path)] = (answer.status_code, issue["code"], issue["expression"][0])
    assert found == REFUSED
    assert len(await stored(interop, InboundMessage)) == len(paths)
    referrals = await stored(interop, InboundReferral)
    assert len(referrals) == len(paths) - len(REFUSED) - len(FOLLOWING)
    assert [one.outcome for one in referrals].count("withdrawn") == 1
