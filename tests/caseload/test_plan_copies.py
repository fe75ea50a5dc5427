"""The client's own copy of the plan: on paper, and by a link for them or a carer (mission rows 3.07 and 3.26)."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from services.caseload.domain.plan_copy import PlanCopyShare
from services.common.auth import SYSTEM
from tests.caseload.around import a_carer, a_neighbour
from tests.caseload.night import SISTER
from tests.caseload.story import OnCaseload, a_plan, an_assessment, new_id, take_on
from tests.running import NURSE, STRANGER, TEAM, Running

MAUREEN = {"name": "Maureen", "role": "Myself"}
AGREED = {"agreed_how": "in_person", "agreed_on": "2026-11-09"}


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    made = await take_on(caseload, given_name="Zofia", family_name="Łuczak")
    assessment = an_assessment(made.episode_id)
    await made.post("/v1/assessments", assessment)
    await made.post(f"/v1/assessments/{assessment['id']}/complete", None)
    made.kept["plan"] = await made.post("/v1/care-plans", a_plan(made.episode_id, who_to_call=[SISTER]))
    return made


async def shared(client: OnCaseload, **changes: Any) -> Any:
    return await client.post("/v1/plan-copy-shares", {"id": new_id(), "client_id": client.client_id, **changes})


async def by_link(caseload: Running, share: Any, verb: str, **body: Any) -> Any:
    outside = await caseload.client("caseload", None)
    return await outside.post(f"/open/plan-copies/{share['link']}/{verb}", json=body)


async def opened(caseload: Running, share: Any, **changes: Any) -> Any:
    return await by_link(caseload, share, "open", **{"code": share["code"], **MAUREEN, **changes})


async def a_visit(
    caseload: Running, client: OnCaseload, hours: int, version: int = 1, **changes: Any
) -> dict[str, Any]:
    starts = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    visit = {
        "visit_id": new_id(),
        "client_id": client.client_id,
        "team_id": str(TEAM),
        "employee_id": str(NURSE),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=1)).isoformat(),
        "channel": "in_person",
        "status": "planned",
        **changes,
    }
    await caseload.deliver("caseload", "roster.visit.planned.v1", visit, version=version)
    return visit


def words_of(pdf: bytes) -> str:
    """What is written on it, wherever its lines break: the name of a day may be long."""
    reader = PdfReader(BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "My care plan"
    return " ".join(word for page in reader.pages for word in page.extract_text().split())


async def test_anonymous_is_refused_at_the_teams_side(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("plan-copy-shares", f"plan-copy-shares/{new_id()}", f"care-plans/{new_id()}/copy.pdf"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_the_clients_copy_prints_and_a_draft_says_so(caseload: Running, client: OnCaseload) -> None:
    await a_visit(caseload, client, 30)
    at = f"/v1/care-plans/{client.kept['plan']['id']}"
    draft = await client.nurse.get(f"{at}/copy.pdf")
    assert (draft.status_code, draft.headers["content-type"]) == (200, "application/pdf")
    said = words_of(draft.content)
    for words in (
        "Draft: not agreed yet",
        "Zofia Łuczak",
        "I want my leg healed before the spring fair",
        "To walk to the village hall on Thursdays",
        "Compression, two layers",
        "About 12 visits, to 15 January 2027",
        "your named nurse",
        "Lucy, Granddaughter: 01632 960102, At any hour",
    ):
        assert words in said
    assert "999" not in said, "no NHS number"
    await client.post(f"{at}/agree", AGREED)
    agreed = words_of((await client.nurse.get(f"{at}/copy.pdf")).content)
    assert ("Draft" in agreed, "On 9 November 2026" in agreed) == (False, True)
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"{at}/copy.pdf")).status_code == 404


async def test_a_client_reads_plan_and_next_visits_by_link(caseload: Running, client: OnCaseload) -> None:
    await a_visit(caseload, client, -30)
    later = await a_visit(caseload, client, 60, employee_id=new_id())
    soon = await a_visit(caseload, client, 20)
    gone = await a_visit(caseload, client, 40)
    await a_visit(caseload, client, 40, version=2, **gone | {"status": "cancelled"})
    share = await shared(client)
    told = (await opened(caseload, share)).json()
    plan = told["plan"]
    assert (plan["status"], plan["client_words"]) == ("draft", client.kept["plan"]["client_words"])
    assert (plan["what_matters"], plan["expected_visits"]) == ("To walk to the village hall on Thursdays", 12)
    assert [line["words"] for line in plan["lines"]] == ["Compression, two layers", "Help to wash, mornings"]
    assert plan["who_to_call"][0]["name"] == "Lucy"
    assert [(one["who"], datetime.fromisoformat(one["starts_at"])) for one in plan["next_visits"]] == [
        ("named_nurse", datetime.fromisoformat(soon["starts_at"])),
        ("another_of_the_team", datetime.fromisoformat(later["starts_at"])),
    ]
    assert "nhs_number" not in plan
    await client.post(f"/v1/care-plans/{client.kept['plan']['id']}/agree", AGREED)
    looked = await by_link(caseload, share, "look", pass_key=told["pass_key"])
    assert (looked.status_code, looked.json()["status"]) == (200, "agreed")
    paper = await by_link(caseload, share, "print", pass_key=told["pass_key"])
    assert "Zofia" in words_of(paper.content)
    assert (await by_link(caseload, share, "look", pass_key="x" * 43)).json()["code"] == "wrong_pass"
    report = (await client.nurse.get(f"/v1/clients/{client.client_id}/access-report")).json()["items"]
    looks = [one for one in report if one["system"] == "link: the client"]
    assert len(looks) >= 3, "each look is in the log"


async def test_the_link_opens_once_ends_and_is_withdrawn(caseload: Running, client: OnCaseload) -> None:
    share = await shared(client)
    wrong = await opened(caseload, share, code="00000000" if share["code"] != "00000000" else "11111111")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_code")
    given = (await opened(caseload, share)).json()["pass_key"]
    assert (await opened(caseload, share)).json()["code"] == "link_used"
    at = f"/v1/plan-copy-shares/{share['share']['id']}"
    assert (await client.nurse.get(at)).json()["opened_as"] == "Myself"
    await client.post(f"{at}/withdraw", None)
    over = await by_link(caseload, share, "look", pass_key=given)
    assert (over.status_code, over.json()["code"]) == (410, "link_ended")
    again = await client.nurse.post(f"{at}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "plan_copy_share_ended")
    late = await shared(client)
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(update(PlanCopyShare).values(until_at=datetime.now(UTC) - timedelta(minutes=1)))
    assert (await opened(caseload, late)).status_code == 410
    outside = await caseload.client("caseload", None)
    assert (await outside.post(f"/open/plan-copies/{'x' * 43}/look", json={"pass_key": "x" * 43})).status_code == 404


async def test_a_carer_sees_the_plan_only_with_the_clients_consent(caseload: Running, client: OnCaseload) -> None:
    person = await client.post("/v1/network-people", a_neighbour(client.client_id))
    carer = await client.post("/v1/carers", a_carer(person["id"]))
    body = {"id": new_id(), "client_id": client.client_id, "carer_id": carer["id"]}
    refused = await client.nurse.post("/v1/plan-copy-shares", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_of_client_needed")
    share = await shared(client, carer_id=carer["id"], consent=AGREED)
    assert (share["share"]["agreed_how"], share["share"]["agreed_on"]) == ("in_person", "2026-11-09")
    assert (await opened(caseload, share, name="Jean", role="Neighbour")).status_code == 200
    report = (await client.nurse.get(f"/v1/clients/{client.client_id}/access-report")).json()["items"]
    assert [one["purpose"] for one in report if one["system"] == "link: a carer"] == ["PATRQT"]
    other = await take_on(caseload, given_name="Bernard", nhs_number="999 000 0212")
    await other.post("/v1/care-plans", a_plan(other.episode_id))
    wrong = {**body, "id": new_id(), "client_id": other.client_id, "consent": AGREED}
    assert (await other.nurse.post("/v1/plan-copy-shares", json=wrong)).json()["code"] == "carer_of_another_client"


async def test_there_is_nothing_to_share_before_there_is_a_plan(caseload: Running) -> None:
    client = await take_on(caseload)
    refused = await client.nurse.post("/v1/plan-copy-shares", json={"id": new_id(), "client_id": client.client_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_plan_to_show")


async def test_whom_to_ring_is_said_later_as_well(client: OnCaseload) -> None:
    at = f"/v1/care-plans/{client.kept['plan']['id']}"
    told = await client.nurse.put(f"{at}/who-to-call", json={"who_to_call": [SISTER | {"name": "Lucy May"}]})
    assert (told.status_code, told.json()["who_to_call"][0]["name"]) == (200, "Lucy May")
    assert (await client.nurse.get(at)).json()["who_to_call"] == told.json()["who_to_call"]
