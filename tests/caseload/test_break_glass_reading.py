"""Through broken glass one client's record is read for half an hour, each time on record, and nothing else is done."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.caseload.domain.break_glass import BreakGlass
from services.caseload.domain.delegation import REGISTERED_NURSE
from services.common.auth import SYSTEM
from tests.caseload.around import an_asset, an_introduction
from tests.caseload.medicating import a_medicine, an_administration, told_of_role
from tests.caseload.story import (
    OnCaseload,
    a_contact,
    a_plan,
    a_problem,
    an_assessment,
    new_id,
    take_on,
)
from tests.caseload.world import MEASURED, an_emergency
from tests.common.audited import newest
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Running


@dataclass
class Emergency:
    """A client with a record, and a nurse of another team who broke the glass."""

    caseload: Running
    client: OnCaseload
    nurse: Any
    id: str
    reads: list[str]

    async def get(self, path: str, **asked: Any) -> Any:
        return await self.nurse.get(path, headers={"Break-Glass": self.id}, **asked)

    async def ends(self) -> None:
        async with self.caseload.databases["caseload"].transaction(SYSTEM) as tx:
            await tx.session.execute(update(BreakGlass).values(expires_at=tx.now - timedelta(seconds=1)))


@pytest.fixture
async def emergency(caseload: Running) -> Emergency:
    client, wound = await take_on(caseload), new_id()
    await told_of_role(caseload, NURSE, REGISTERED_NURSE)
    medicine = a_medicine(client.client_id)
    await client.post("/v1/medicines", medicine)
    given = an_administration(medicine["id"])
    await client.post("/v1/administrations", given)
    asset = an_asset()
    await client.post("/v1/assets", asset)
    await client.post("/v1/introductions", an_introduction(client.client_id, asset["id"]))
    assessment, plan = an_assessment(client.episode_id), a_plan(client.episode_id)
    await client.post("/v1/assessments", assessment)
    await client.post("/v1/care-plans", plan)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    await client.post("/v1/wounds", {"id": wound, "episode_of_care_id": client.episode_id, "site": "Left lower leg"})
    await client.post(f"/v1/wounds/{wound}/measurements", {"id": new_id(), **MEASURED})
    nurse, body = await caseload.client("caseload", STRANGER), an_emergency(client_id=client.client_id)
    assert (await nurse.post("/v1/break-glass", json=body)).status_code == 201
    reads = [
        f"/v1/clients/{client.client_id}",
        f"/v1/referrals/{client.referral_id}",
        f"/v1/assessments/{assessment['id']}",
        f"/v1/assessments/{assessment['id']}/nursing-view",
        f"/v1/assessments/{assessment['id']}/care-act-view",
        f"/v1/care-plans/{plan['id']}",
        f"/v1/wounds/{wound}",
        f"/v1/medicines/{medicine['id']}",
        f"/v1/administrations/{given['id']}",
        f"/v1/medicines/{medicine['id']}/administrations",
        f"/v1/clients/{client.client_id}/network",
    ]
    return Emergency(caseload, client, nurse, body["id"], reads)


async def test_the_whole_record_and_each_part_of_it_is_read(emergency: Emergency) -> None:
    assert [tie["kind"] for tie in (await emergency.get(emergency.reads[-1])).json()["ties"]] == ["asset"]
    for path in emergency.reads:
        through, own = await emergency.get(path), await emergency.client.nurse.get(path)
        assert (through.status_code, through.json()) == (200, own.json()), path
    record = (await emergency.get(emergency.reads[0])).json()
    none = {"goal", "photo", "surgery_note", "surgery_share", "network_person", "carer"}
    assert {name for name, part in record.items() if not part} == none, "there is none of these"


async def test_without_the_header_nothing_is_any_wider(emergency: Emergency) -> None:
    for path in emergency.reads:
        assert (await emergency.nurse.get(path)).status_code == 404, path


async def test_each_read_is_on_record_and_in_the_clients_access_report(emergency: Emergency) -> None:
    for path in emergency.reads:
        await emergency.get(path)
        row = await newest(emergency.caseload.databases["caseload"])
        assert (row.purpose, list(map(str, row.client_ids))) == ("BTG", [emergency.client.client_id]), path
    report = await emergency.client.nurse.get(f"/v1/clients/{emergency.client.client_id}/access-report")
    seen = [one for one in report.json()["items"] if one["break_glass"]]
    assert {one["employee_id"] for one in seen} == {str(STRANGER)}
    assert len(seen) == len(emergency.reads) + 1, "the opening is in it as well"


async def test_when_it_expires_the_client_is_out_of_sight_again(emergency: Emergency) -> None:
    await emergency.ends()
    for path in emergency.reads:
        refused = await emergency.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "break_glass_expired"), path
    row = await newest(emergency.caseload.databases["caseload"])
    assert (row.purpose, row.outcome, row.reason_code) == ("BTG", 8, "break_glass_expired")


async def test_it_is_nobody_elses(emergency: Emergency) -> None:
    """Neither a nurse of the client's own team nor one of the opener's uses it, and no service does."""
    colleague = new_id()
    await emergency.caseload.join("caseload", team=OTHER_TEAM, employee=colleague)  # type: ignore[arg-type]
    for who, persona in ((colleague, "nurse"), (DEPUTY, "nurse"), ("svc:interop", "service")):
        other, answers = await emergency.caseload.client("caseload", who, persona), []
        for one in (emergency.id, new_id()):
            answers.append(await other.get(emergency.reads[0], headers={"Break-Glass": one}))
        assert [one.status_code for one in answers] == [404, 404]
        theirs, none = [{**one.json(), "instance": ""} for one in answers]
        assert theirs == none


async def test_another_client_stays_out_of_sight(emergency: Emergency) -> None:
    other = await take_on(emergency.caseload, nhs_number=None)
    for path in (f"/v1/clients/{other.client_id}", f"/v1/referrals/{other.referral_id}"):
        hidden, absent = await emergency.get(path), await emergency.get(f"{path[:-1]}{'0' if path[-1] != '0' else '1'}")
        assert hidden.status_code == absent.status_code == 404
        assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def test_nothing_is_listed_searched_or_reported_through_it(emergency: Emergency) -> None:
    search = {"json": {"nhs_number": "9990000204"}}
    report = f"/v1/clients/{emergency.client.client_id}/access-report"
    for path in ("/v1/clients", "/v1/referrals", "/v1/guest-seats", "/v1/break-glass", "/v1/medicines", report):
        refused = await emergency.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "read_only_by_break_glass"), path
        assert (await emergency.nurse.get(path)).text.count(emergency.client.client_id) == 0
    header = {"Break-Glass": emergency.id}
    assert (await emergency.nurse.post("/v1/clients/_search", headers=header, **search)).status_code == 403
    assert (await emergency.nurse.post("/v1/clients/_search", **search)).status_code == 404


async def test_nothing_is_written_through_it(emergency: Emergency) -> None:
    """With the header it is refused as such, and without it the client is not there."""
    episode, plan, wound = emergency.client.episode_id, emergency.reads[5], emergency.reads[6]
    writes: list[tuple[str, dict[str, Any]]] = [
        ("/v1/care-contacts", a_contact(episode)),
        ("/v1/assessments", an_assessment(episode, problems=[a_problem("28", ("28.01",))])),
        ("/v1/care-plans", a_plan(episode)),
        (f"{plan}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-04"}),
        ("/v1/wounds", {"id": new_id(), "episode_of_care_id": episode, "site": "Heel"}),
        (f"{wound}/measurements", {"id": new_id(), **MEASURED}),
        ("/v1/medicines", a_medicine(emergency.client.client_id)),
        ("/v1/administrations", an_administration(emergency.reads[7].rpartition("/")[2])),
    ]
    for path, body in writes:
        version = {"If-Match": '"1"'}
        refused = await emergency.nurse.post(path, json=body, headers={"Break-Glass": emergency.id, **version})
        assert (refused.status_code, refused.json()["code"]) == (403, "read_only_by_break_glass"), path
        assert (await emergency.nurse.post(path, json=body, headers=version)).status_code == 404, path


async def test_a_header_that_is_no_id_is_refused(emergency: Emergency) -> None:
    refused = await emergency.nurse.get(emergency.reads[0], headers={"Break-Glass": "please"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/header/Break-Glass")
