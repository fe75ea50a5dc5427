"""An assistant gives only what a registered nurse delegated to them for this client, while it holds (row 6.29)."""

from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text

from services.caseload.events import DelegationGiven, DelegationWithdrawn
from services.common.auth import SYSTEM
from tests.caseload.medicating import (
    ASSISTANT,
    Giving,
    a_delegation,
    as_needed,
    giving,
    in_days,
    now,
    signed_off,
    told_of_role,
)
from tests.caseload.story import new_id, take_on
from tests.running import DEPUTY, NURSE, STRANGER, Running

INSULIN = {"drug": "Insulin glargine 100 units/ml", "dose": "10 units", "route": "subcutaneous", "times": ["08:00"]}


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


async def delegated(given: Giving, medicine: str, **changes: Any) -> Any:
    answer = await given.nurse.post("/v1/delegations", json=a_delegation(medicine, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refuses(given: Giving, medicine: str, **changes: Any) -> Any:
    return await given.refused(medicine, "not_delegated", by=given.assistant, status=403, happened_at=now(), **changes)


async def alter(given: Giving, change: str) -> None:
    """As time would."""
    async with given.system.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(text(f"update delegation set {change}"))


async def alter_competence(given: Giving, change: str) -> None:
    """As time would."""
    async with given.system.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(text(f"update competence set {change}"))


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/delegations", json=a_delegation(new_id()))).status_code == 401


async def test_an_assistant_gives_insulin_only_with_a_live_delegation(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    error = await refuses(given, medicine)
    assert "registered nurse" in error["way_out"]
    made = await delegated(given, medicine)
    assert (made["delegated_by"], made["competence_assessed_by"]) == (str(NURSE), str(NURSE))
    kept = await given.recorded(medicine, by=given.assistant, happened_at=now())
    assert (kept["employee_id"], kept["recorded_by"]) == (str(ASSISTANT), str(ASSISTANT))


async def test_it_is_for_one_person_one_client_and_one_medicine(given: Giving) -> None:
    medicine, other = await given.medicine(**INSULIN), await given.medicine(drug="Enoxaparin")
    await delegated(given, medicine)
    await refuses(given, other)
    elsewhere = await take_on(given.system, nhs_number=None)
    theirs = await given.client.post(
        "/v1/medicines", {**INSULIN, "id": new_id(), "client_id": elsewhere.client_id, "starts_on": "2026-11-02"}
    )
    await refuses(given, theirs["id"])
    colleague = "01938000-0000-7000-8000-000000000004"
    await told_of_role(given.system, colleague, "assistant_practitioner")  # type: ignore[arg-type]
    as_colleague = await given.system.client("caseload", colleague)
    await given.refused(medicine, "not_delegated", by=as_colleague, status=403, happened_at=now())


async def test_nothing_that_became_of_a_dose_is_recorded_without_it(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    for outcome in ("refused", "not_given"):
        await refuses(given, medicine, outcome=outcome, reason="Asleep")


async def test_it_ends_when_it_is_withdrawn(given: Giving) -> None:
    medicine = await given.medicine(**as_needed(minimum_interval_minutes=1))
    made = await delegated(given, medicine)
    path = f"/v1/delegations/{made['id']}/withdraw"
    stale = await given.nurse.post(path, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    withdrawn = await given.deputy.post(path)
    assert (withdrawn.status_code, withdrawn.json()["withdrawn_by"]) == (200, str(DEPUTY))
    await refuses(given, medicine)
    again = await given.nurse.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "delegation_already_withdrawn")
    await delegated(given, medicine)
    await given.recorded(medicine, by=given.assistant, happened_at=now())


async def test_the_others_hear_for_which_client_and_neither_of_which_medicine_nor_by_whom(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    made = await delegated(given, medicine)
    (told,) = await given.system.published("caseload", DelegationGiven)
    about = {name: made[name] for name in ("team_id", "client_id", "employee_id", "task", "until_on")}
    assert told.data == {**about, "delegation_id": made["id"], "from_on": in_days(0)}
    await given.deputy.post(f"/v1/delegations/{made['id']}/withdraw")
    (withdrawn,) = await given.system.published("caseload", DelegationWithdrawn)
    assert withdrawn.data == told.data | {"withdrawn_at": withdrawn.data["withdrawn_at"]}
    assert withdrawn.aggregateversion > told.aggregateversion


async def test_it_ends_with_its_last_day(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    await delegated(given, medicine)
    await alter(given, f"until_on = '{in_days(-1)}'")
    await refuses(given, medicine)
    await alter(given, f"until_on = '{in_days(0)}'")
    await given.recorded(medicine, by=given.assistant, happened_at=now())


async def test_it_holds_only_while_hr_says_that_they_are_competent(given: Giving) -> None:
    medicine = await given.medicine(**as_needed(minimum_interval_minutes=1))
    first = await delegated(given, medicine)
    await alter_competence(given, f"until_on = '{in_days(-1)}'")
    await refuses(given, medicine)
    again = await signed_off(given.system, assessed_on=in_days(0))
    await given.recorded(medicine, by=given.assistant, happened_at=now())
    await signed_off(given.system, version=2, **again | {"withdrawn_at": now(minutes=1)})
    # The word that came first is late, and changes nothing.
    await signed_off(given.system, version=1, **again)
    await refuses(given, medicine, override_reason=None)
    assert first["competence_until_on"] == in_days(200)


async def test_nothing_is_delegated_to_whom_nobody_has_signed_off(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    await alter_competence(given, "task = 'catheter_care'")
    answer = await given.nurse.post("/v1/delegations", json=a_delegation(medicine))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_competent")
    assert answer.json()["errors"][0]["pointer"] == "/body/employee_id"
    signed = await signed_off(given.system)
    assert (await delegated(given, medicine))["competency_id"] == signed["competency_id"]


async def test_what_was_given_before_it_was_delegated_was_not_authorised(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    await delegated(given, medicine)
    await given.refused(medicine, "not_delegated", by=given.assistant, status=403, happened_at=now(hours=1))


async def test_an_assistant_gives_nothing_against_the_rules(given: Giving) -> None:
    """Whoever decides that a dose is given again answers for it."""
    medicine = await given.medicine(**INSULIN)
    await delegated(given, medicine)
    await given.recorded(medicine, by=given.assistant, happened_at=now())
    why = {"override_reason": "I was not sure that it went in", "happened_at": now()}
    await given.refused(medicine, "dose_already_recorded", by=given.assistant, happened_at=now())
    await given.refused(medicine, "only_a_registered_nurse", by=given.assistant, status=403, **why)
    kept = await given.recorded(medicine, employee_id=str(ASSISTANT), **why)
    assert (kept["employee_id"], kept["recorded_by"]) == (str(ASSISTANT), str(NURSE))


async def test_a_nurse_does_not_record_for_an_assistant_what_was_not_delegated(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    await given.refused(medicine, "not_delegated", status=403, employee_id=str(ASSISTANT), happened_at=now())


async def test_a_registered_nurse_alone_delegates(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    body = a_delegation(medicine)
    answer = await given.assistant.post("/v1/delegations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "only_a_registered_nurse")
    await refuses(given, medicine)


async def test_a_nurse_who_is_registered_no_more_gives_and_delegates_nothing(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    await told_of_role(given.system, NURSE, "other", version=3)
    await told_of_role(given.system, NURSE, "registered_nurse", version=2)
    await given.refused(medicine, "not_delegated", status=403)
    answer = await given.nurse.post("/v1/delegations", json=a_delegation(medicine))
    assert (answer.status_code, answer.json()["code"]) == (403, "only_a_registered_nurse")


async def test_what_cannot_be_delegated_is_refused_by_its_field(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    wrong = [
        (422, "/body/until_on", {"until_on": in_days(-1)}),
        (422, "/body/until_on", {"until_on": in_days(91)}),
        (422, "/body/task", {"task": "everything"}),
        (409, "/body/employee_id", {"employee_id": str(STRANGER)}),
        (404, "/path", {"medicine_id": new_id()}),
    ]
    for status, pointer, changes in wrong:
        answer = await given.nurse.post("/v1/delegations", json=a_delegation(medicine, **changes))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), answer.text
    await delegated(given, medicine, until_on=in_days(90))


async def test_delegations_are_listed_for_their_team_newest_first(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    made = [(await delegated(given, medicine))["id"] for _ in range(2)]
    for params in ({"client_id": given.client.client_id}, {"medicine_id": medicine}):
        found = (await given.nurse.get("/v1/delegations", params=params)).json()["items"]
        assert [one["id"] for one in found] == made[::-1]
    stranger = await given.system.client("caseload", STRANGER)
    assert (await stranger.get("/v1/delegations", params={"medicine_id": medicine})).json()["items"] == []
    assert (await stranger.get(f"/v1/delegations/{made[0]}")).status_code == 404
    assert (await stranger.post(f"/v1/delegations/{made[0]}/withdraw")).status_code == 404
    assert (await stranger.post("/v1/delegations", json=a_delegation(medicine))).status_code == 404


async def test_what_was_delegated_before_others_were_told_is_told_while_it_holds(given: Giving) -> None:
    medicine = await given.medicine(**INSULIN)
    over, withdrawn, last_day = [await delegated(given, medicine) for _ in range(3)]
    await alter(given, f"until_on = until_on - 400 where id = '{over['id']}'")
    today = "(now() at time zone 'Europe/London')::date"
    await alter(given, f"until_on = {today}, version = 4 where id = '{last_day['id']}'")
    stop = f"/v1/delegations/{withdrawn['id']}/withdraw"
    assert (await given.nurse.post(stop)).status_code == 200
    before = await given.system.published("caseload", DelegationGiven)
    migration = import_module("services.caseload.migrations.0029_delegations_told")
    await given.system.alter("caseload", migration.TELL)
    after = await given.system.published("caseload", DelegationGiven)
    (again,) = [one for one in after if one.id not in {known.id for known in before}]
    (first,) = [one for one in before if one.subject == again.subject]
    told = first.data | {"until_on": again.data["until_on"]}
    assert (again.data, again.aggregateversion, again.source) == (told, 4, first.source)
    assert again.data["delegation_id"] == last_day["id"]
    DelegationGiven.model_validate(again.data)
