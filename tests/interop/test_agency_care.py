"""A council's system tells which agency comes to a client and when; the record that shows it asks by id."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.interop.domain.inbound import InboundMessage
from services.interop.events import AgencyCareTold
from tests.interop.answers import stored
from tests.interop.council import SECRET, agree, take_on
from tests.interop.records import Caseload
from tests.running import Running

PATH, BROKERAGE = "/v1/social-care/agency-care", "cumbria-brokerage"


def told(**changes: Any) -> dict[str, Any]:
    care = {
        "council_ref": "LAS-40021",
        "care_ref": "PKG-7",
        "agency": "Larkfield",
        "phone": "01284 000001",
        "kind": "personal_care",
        "times": [{"days": [1, 3, 5], "at": "08:45", "minutes": 45}],
        "from_on": "2026-11-02",
    }
    return {name: value for name, value in (care | changes).items() if value is not None}


@pytest.fixture
async def share(interop: Running, caseload: Caseload) -> dict[str, Any]:
    """Of a client whom the council knows, whose system is the brokerage."""
    connection_id, ops = str(uuid7()), await interop.client("interop", "ops-1", "ops")
    body = {"name": "Cumbria", "url": "https://council.example/events", "secret": SECRET, "refers_as": BROKERAGE}
    assert (await ops.put(f"/v1/connections/{connection_id}", json=body)).status_code == 200
    return await agree(interop, await take_on(interop, caseload), connection_id)


async def test_the_calls_are_told_anew_under_the_councils_own_id_and_go_with_the_client(
    interop: Running, share: dict[str, Any]
) -> None:
    council = await interop.client("interop", BROKERAGE, "integrator")
    first = await council.post(PATH, json=told())
    assert first.status_code == 200, first.text
    later = [{"days": [1], "at": "19:00", "minutes": 30}]
    again = await council.post(PATH, json=told(times=later, until_on="2026-12-24"))
    assert (again.json()["id"], again.json()["version"]) == (first.json()["id"], first.json()["version"] + 1)
    events = await interop.published("interop", AgencyCareTold)
    assert [one.data["client_id"] for one in events] == [share["client_id"]] * 2
    assert not any("Larkfield" in one.model_dump_json() for one in events)
    service = await interop.client("interop", "caseload", "service")
    shown = (await service.get(f"/v1/agency-care/{first.json()['id']}")).json()
    assert (shown["times"], shown["until_on"], shown["agency"]) == (later, "2026-12-24", "Larkfield")
    assert len([one for one in await stored(interop, InboundMessage) if b"Larkfield" in one.raw]) == 2


async def test_who_tells_of_whom_is_refused_with_the_way_out_and_what_came_is_kept(
    interop: Running, share: dict[str, Any]
) -> None:
    council = await interop.client("interop", BROKERAGE, "integrator")
    another = await interop.client("interop", "another-council", "integrator")
    ungranted = await interop.client("interop", BROKERAGE, "integrator", scope="events:read")
    nobody, nurse = await interop.client("interop", None), await interop.nurse("interop")
    assert [(await one.post(PATH, json=told())).status_code for one in (nobody, nurse, ungranted)] == [401, 403, 403]
    cases = (
        (council, told(council_ref="LAS-1"), "unknown_case", "/body/council_ref"),
        (another, told(), "unknown_case", "/body/council_ref"),
        (council, told(until_on="2026-11-01"), "invalid", "/body"),
        (council, told(times=[]), "invalid", "/body/times"),
        (council, told(times=[{"days": [8], "at": "08:45", "minutes": 5}]), "invalid", "/body/times/0/days/0"),
        (council, told(agency=None), "invalid", "/body/agency"),
        (council, told(kind="nursing"), "invalid", "/body/kind"),
    )
    for who, body, code, pointer in cases:
        answer = await who.post(PATH, json=body)
        (error, *_) = answer.json()["errors"]
        assert (answer.status_code, error["pointer"]) == (422, pointer), answer.text
        assert code in ("invalid", answer.json()["code"])
        assert error["way_out"]
    tag = {"If-Match": f'"{share["version"]}"'}
    assert (await nurse.post(f"/v1/shares/{share['id']}/withdraw", headers=tag)).status_code == 200
    withdrawn = await council.post(PATH, json=told())
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (422, "unknown_case")
    assert await interop.published("interop", AgencyCareTold) == []
    assert len([one for one in await stored(interop, InboundMessage) if one.outcome == "refused"]) == len(cases) + 1
