"""Ten clients with a great deal to tell are less than a megabyte, without photos (mission row 1.14)."""

import gzip
from typing import Any

from tests.caseload.medicating import ROLES, a_medicine, an_administration, told_of_role
from tests.caseload.night import a_check, a_driver, an_end_of_life
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.caseload.sync.rounds import at, has_home, has_plan, has_wound, is_assessed, pack, planned
from tests.running import NURSE, Running

CLIENTS, MEGABYTE = 10, 1_000_000
# As much as a nurse writes on a bad day, and no two sentences alike.
PAGE = " ".join(
    f"On day {day} the wound on the left leg was {40 + day} mm long, clean, and less painful." for day in range(25)
)
LINE = "Compression, two layers, softer liner, toes warm and pink before and after; "


async def test_ten_rich_clients_are_less_than_a_megabyte(caseload: Running, record_property: Any) -> None:
    for employee, role in ROLES.items():
        await told_of_role(caseload, employee, role)
    for number in range(CLIENTS):
        client = await take_on(caseload, given_name=f"Maureen {number}", nhs_number=None)
        await _is_rich(client)
        for clock in ("08", "16"):
            await planned(caseload, client.client_id, at(f"{clock}:{5 * number:02}"), minutes=5)
    answer = await pack(await caseload.nurse("caseload"))
    told, packed = len(answer.content), len(gzip.compress(answer.content))
    record_property("day_pack_bytes", told)
    record_property("day_pack_gzipped_bytes", packed)
    size = f"{CLIENTS} rich clients: {told:,} bytes, {packed:,} gzipped"
    assert len(answer.json()["clients"]) == CLIENTS
    assert told < MEGABYTE / 2, size
    # What a line of 2G at 5 KB/s brings within half a minute.
    assert packed < 150_000, size


async def _is_rich(client: OnCaseload) -> None:
    """Twenty lines of plan, three notes, three wounds, six medicines, two drivers and agencies, an end-of-life plan."""
    lines = [{"id": new_id(), "domain": "nursing", "intervention": "02.14", "words": LINE * 4} for _ in range(20)]
    await has_home(client, getting_in=PAGE[:800], risks=[LINE * 2] * 6)
    await has_plan(client, lines=lines, client_words=PAGE[:1500])
    await is_assessed(client)
    for day in range(1, 4):
        contact = a_contact(client.episode_id, started_at=f"2026-11-{day:02}T10:00:00Z", note=f"{day}: {PAGE}")
        await client.post("/v1/care-contacts", contact)
    for _ in range(3):
        await has_wound(client, (51, 34), (48, 30))
    for number in range(6):
        times = ["07:00", "12:00", "18:00"]
        medicine = a_medicine(client.client_id, drug=f"Medicine {number}, 500 mg tablets", times=times)
        await client.post("/v1/medicines", medicine)
        given = an_administration(medicine["id"], happened_at=at("00:01"), override_reason="She goes out early")
        await client.post("/v1/administrations", given)
    await client.post("/v1/end-of-life-plans", {"id": new_id(), "client_id": client.client_id, **an_end_of_life()})
    for _ in range(2):
        driver = await client.post("/v1/syringe-drivers", a_driver(client.client_id, medicines=LINE * 2))
        await client.post(f"/v1/syringe-drivers/{driver['id']}/checks", a_check(words=LINE * 4))
    every_day = [{"days": [1, 2, 3, 4, 5, 6, 7], "at": clock, "minutes": 30} for clock in ("07:30", "12:00", "19:00")]
    for agency in ("Larkfield", "Meals at Noon"):
        care = {"agency": agency, "phone": "01284 000001", "kind": "personal_care", "times": every_day}
        body = {"id": new_id(), "client_id": client.client_id, "from_on": "2026-11-02", **care}
        await client.post("/v1/other-care", body)
    for number in range(5):
        action = {
            "id": new_id(),
            "client_id": client.client_id,
            "words": f"{number}: {LINE}",
            "employee_id": str(NURSE),
        }
        await client.post("/v1/actions", action)
