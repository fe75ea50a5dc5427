"""What follows the free days is decided in time, the council's means test is asked for, and billed as it came out."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from services.finance.events import FinancialAssessmentAsked, ReablementEnding
from services.finance.main import SERVICE
from services.finance.usecases import ask_for_decisions
from services.finance.usecases.means_test import ask_for_some
from tests.finance.facts import CONTACT, CONTRACT, REABLEMENT, a_contact, a_contract, a_reablement, office
from tests.running import STRANGER, Databases, Running, running, until

# Beryl's: day 35 is 13 December, and 20 December is the last free day.
DAY_34, DAY_35, DAY_42 = date(2026, 12, 12), date(2026, 12, 13), date(2026, 12, 20)
OUTCOME = {"outcome": "contributes", "weekly_pence": 3850, "from_on": "2026-12-21", "council_ref": "FA-2026-118"}


@pytest.fixture
async def beryl(finance: Running) -> dict[str, Any]:
    agreed = a_reablement()
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", REABLEMENT, agreed)
    return agreed


async def episode(finance: Running) -> dict[str, Any]:
    nurse = await finance.nurse("finance")
    (found,) = (await nurse.get("/v1/reablement-episodes?as_of=2026-11-23")).json()["items"]
    return dict(found)


async def decided(finance: Running, decision: str = "financial_assessment", **headers: str) -> Any:
    nurse, path = await finance.nurse("finance"), f"/v1/reablement-episodes/{(await episode(finance))['id']}/decide"
    return await nurse.post(path, json={"decision": decision}, headers=headers)


async def asked(finance: Running, persona: Persona = Persona.HEATSHIELD) -> Any:
    """Farah, who clears the team's way to the council, asks for the means test."""
    farah = await finance.client("finance", UUID(int=8), persona)
    body = {"id": str(uuid7()), "reablement_id": (await episode(finance))["id"]}
    return await farah.post("/v1/financial-assessments", json=body)


async def came_out(finance: Running, assessment: Any, **changes: Any) -> Any:
    path = f"/v1/financial-assessments/{assessment.json()['id']}/outcome"
    body = {name: value for name, value in (OUTCOME | changes).items() if value is not None}
    return await (await office(finance)).post(path, json=body)


async def gave(finance: Running, client_id: str, on: str, *segments: tuple[str, int]) -> None:
    contact = a_contact(*segments, client_id=client_id, started_at=f"{on}T09:30:00Z")
    await finance.deliver("finance", CONTACT, contact)


async def statuses(finance: Running) -> dict[tuple[str, str], str]:
    nurse = await finance.nurse("finance")
    answer = await nurse.get("/v1/activity-lines?from_on=2026-12-01&to_on=2027-01-31")
    return {(one["occurred_on"], one["activity_type"]): one["charge_status"] for one in answer.json()["items"]}


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_anonymous_is_refused(finance: Running) -> None:
    nobody, one = await finance.client("finance", None), f"/v1/financial-assessments/{uuid7()}"
    for path in ("/v1/financial-assessments", one, f"{one}/weeks", f"/v1/reablement-episodes/{uuid7()}"):
        assert (await nobody.get(path)).status_code == 401
    for path in ("/v1/financial-assessments", f"{one}/outcome", f"/v1/reablement-episodes/{uuid7()}/decide"):
        assert (await nobody.post(path)).status_code == 401


async def test_on_day_35_the_team_is_asked_once_what_follows(finance: Running, beryl: dict[str, Any]) -> None:
    database = finance.databases["finance"]
    assert await ask_for_some(database, DAY_34) == 0
    assert await ask_for_some(database, DAY_35) == 1
    assert await ask_for_some(database, DAY_42) == 0
    (told,) = await finance.published("finance", ReablementEnding)
    assert told.data["client_id"] == beryl["client_id"]
    assert (told.data["decision_due_on"], told.data["last_free_day_on"]) == ("2026-12-13", "2026-12-20")


async def test_nobody_is_asked_what_is_decided_already(finance: Running, beryl: dict[str, Any]) -> None:
    assert (await decided(finance, "nhs_only")).status_code == 200
    assert await ask_for_some(finance.databases["finance"], DAY_35) == 0


@pytest.fixture
async def on_day_35(databases: Databases) -> AsyncIterator[Running]:
    service = dataclasses.replace(SERVICE, background=(ask_for_decisions(lambda: DAY_35, every=0.05),))
    async with running(databases, service) as system:
        await system.join("finance")
        yield system


async def test_the_service_asks_by_itself(on_day_35: Running) -> None:
    await on_day_35.deliver("finance", REABLEMENT, a_reablement())
    await until(lambda: on_day_35.published("finance", ReablementEnding))


@pytest.mark.parametrize("decision", ["end", "nhs_only", "financial_assessment"])
async def test_what_follows_is_decided_once(finance: Running, beryl: dict[str, Any], decision: str) -> None:
    answer = await decided(finance, decision)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["decision"], answer.json()["ended_on"]) == (decision, "2026-12-20")
    assert refused(await decided(finance, "end")) == (409, "reablement_already_decided")
    overdue = await (await finance.nurse("finance")).get("/v1/reablement-episodes?as_of=2026-12-20")
    assert [(one["decision_due"], one["decision_overdue"]) for one in overdue.json()["items"]] == [(False, False)]


async def test_a_decision_on_an_older_version_or_by_another_team_is_refused(
    finance: Running, beryl: dict[str, Any]
) -> None:
    stale = await decided(finance, "end", **{"If-Match": '"7"'})
    assert refused(stale) == (412, "precondition_failed")
    stranger, path = await finance.client("finance", STRANGER), "/v1/reablement-episodes/{}/decide"
    for there in ((await episode(finance))["id"], uuid7()):
        assert (await stranger.post(path.format(there), json={"decision": "end"})).status_code == 404
    nurse = await finance.nurse("finance")
    unknown = await nurse.post(path.format((await episode(finance))["id"]), json={"decision": "free for ever"})
    assert unknown.status_code == 422


async def test_a_means_test_is_asked_for_once_and_only_after_the_teams_decision(
    finance: Running, beryl: dict[str, Any]
) -> None:
    assert refused(await asked(finance)) == (409, "no_financial_assessment_decided")
    await decided(finance)
    answer = await asked(finance)
    assert (answer.status_code, answer.json()["state"]) == (201, "asked")
    assert beryl["client_id"] not in answer.text
    assert refused(await asked(finance, Persona.FINANCE)) == (409, "already_asked")
    (told,) = await finance.published("finance", FinancialAssessmentAsked)
    assert told.data["last_free_day_on"] == "2026-12-20"


async def test_from_the_first_day_after_personal_care_is_billed_and_wound_care_never(
    finance: Running, beryl: dict[str, Any]
) -> None:
    await decided(finance)
    assessment, client_id = await asked(finance), beryl["client_id"]
    await gave(finance, client_id, "2026-12-20", ("personal_care", 45), ("nursing", 30))
    await gave(finance, client_id, "2026-12-21", ("personal_care", 180), ("nursing", 30))
    before = await statuses(finance)
    assert before[("2026-12-21", "personal_care")] == "needs_financial_assessment"
    assert (await came_out(finance, assessment)).status_code == 200
    await gave(finance, client_id, "2026-12-28", ("personal_care", 45), ("nursing", 30), ("coordination", 5))
    assert await statuses(finance) == {
        ("2026-12-20", "personal_care"): "free_reablement",
        ("2026-12-20", "nursing"): "health_never_charged",
        ("2026-12-21", "personal_care"): "client_contributes",
        ("2026-12-21", "nursing"): "health_never_charged",
        ("2026-12-28", "personal_care"): "client_contributes",
        ("2026-12-28", "nursing"): "health_never_charged",
        ("2026-12-28", "coordination"): "health_never_charged",
    }
    path = f"/v1/financial-assessments/{assessment.json()['id']}/weeks?from_on=2026-12-14&to_on=2027-01-03"
    answer = await (await office(finance)).get(path)
    assert client_id not in answer.text
    first, second = answer.json()["items"]
    assert (first["week_from_on"], first["minutes"], first["charged_pence"]) == ("2026-12-21", 180, 3850)
    assert second["charged_pence"] == second["cost_pence"] < 3850, "nobody pays more than the care cost"


@pytest.mark.parametrize(("outcome", "status"), [("council_pays", "council_pays"), ("self_funds", "client_pays")])
async def test_who_pays_is_as_the_council_found(
    finance: Running, beryl: dict[str, Any], outcome: str, status: str
) -> None:
    await decided(finance)
    assessment = await asked(finance)
    assert (await came_out(finance, assessment, outcome=outcome, weekly_pence=None)).status_code == 200
    await gave(finance, beryl["client_id"], "2027-01-04", ("wider_support", 45), ("reablement", 10))
    found = await statuses(finance)
    assert found[("2027-01-04", "wider_support")] == status
    assert found[("2027-01-04", "reablement")] == "needs_decision"
    weeks = f"/v1/financial-assessments/{assessment.json()['id']}/weeks?from_on=2027-01-04&to_on=2027-01-04"
    assert (await (await office(finance)).get(weeks)).json()["items"] == []


async def test_an_outcome_never_counts_on_a_free_day_and_says_how_much(finance: Running, beryl: dict[str, Any]) -> None:
    await decided(finance)
    assessment = await asked(finance)
    assert refused(await came_out(finance, assessment, from_on="2026-12-20")) == (422, "charged_in_free_days")
    for wrong in ({"weekly_pence": None}, {"outcome": "self_funds"}, {"weekly_pence": 0}, {"council_ref": None}):
        assert (await came_out(finance, assessment, **wrong)).status_code == 422
    assert (await came_out(finance, assessment)).status_code == 200


async def test_another_teams_assessments_do_not_exist_for_a_nurse(finance: Running, beryl: dict[str, Any]) -> None:
    await decided(finance)
    assessment = await asked(finance)
    stranger = await finance.client("finance", STRANGER)
    assert (await stranger.get("/v1/financial-assessments")).json()["items"] == []
    path = f"/v1/financial-assessments/{assessment.json()['id']}"
    for there in (path, f"{path}/weeks?from_on=2026-12-21&to_on=2026-12-27"):
        assert (await stranger.get(there)).status_code == 404
    listed = await (await finance.nurse("finance")).get("/v1/financial-assessments?state=asked")
    assert [one["id"] for one in listed.json()["items"]] == [assessment.json()["id"]]
