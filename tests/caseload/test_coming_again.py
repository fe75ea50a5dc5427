"""Nobody is in care twice, whoever comes back keeps one record, and nothing is left behind by whoever goes."""

from typing import Any
from uuid import UUID

from tests.caseload.around import a_test, ago
from tests.caseload.forms import a_draft, a_template, every_part, put_part
from tests.caseload.story import (
    OnCaseload,
    a_plan,
    a_referral,
    adopted,
    an_acceptance,
    end_care,
    new_id,
    take_on,
)
from tests.caseload.team_rows import a_discharge, a_hand_on
from tests.caseload.test_referral_links import a_form, given
from tests.caseload.test_transfers import BERNARD, MAUREEN, begun, listed
from tests.running import DEPUTY, NURSE, Running


async def accepted(client: OnCaseload, referral: dict[str, Any], **changes: Any) -> Any:
    await client.nurse.post("/v1/referrals", json=referral)
    return await client.nurse.post(f"/v1/referrals/{referral['id']}/accept", json=an_acceptance(**changes))


async def test_somebody_in_care_is_not_taken_on_again(caseload: Running) -> None:
    client = await take_on(caseload)
    refused = await accepted(client, a_referral())
    assert (refused.status_code, refused.json()["code"]) == (409, "already_in_care")
    assert refused.json()["errors"][0]["pointer"] == "/path/referral_id"
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert len(record["episode_of_care"]) == 1
    await end_care(client)
    assert (await accepted(client, a_referral())).json()["client_id"] == client.client_id


async def test_whoever_comes_back_by_their_own_link_keeps_their_record(caseload: Running) -> None:
    client, outside = await take_on(caseload), await caseload.client("caseload", None)
    await end_care(client)
    _, secret = await given(client.nurse, source="self_re_referral", client_id=client.client_id)
    form = a_form(secret, person={"given_name": "Maureen", "family_name": "Tabor"})
    assert (await outside.post("/refer/referrals", json=form)).status_code == 201
    shown = (await client.nurse.get(f"/v1/referrals/{form['id']}/match")).json()
    assert (shown["match"], shown["known"]["id"]) == ("known", client.client_id)
    back = await client.nurse.post(f"/v1/referrals/{form['id']}/accept", json=an_acceptance())
    assert (back.status_code, back.json()["client_id"]) == (201, client.client_id)


async def test_somebody_of_the_same_name_is_compared_before_they_are_taken_on(caseload: Running) -> None:
    client, outside = await take_on(caseload), await caseload.client("caseload", None)
    await end_care(client)
    _, secret = await given(client.nurse)
    form = a_form(secret, person={"given_name": "Maureen", "family_name": "Tabor"})
    await outside.post("/refer/referrals", json=form)
    path = f"/v1/referrals/{form['id']}/accept"
    refused = await client.nurse.post(path, json=an_acceptance())
    assert (refused.status_code, refused.json()["code"]) == (409, "match_doubtful")
    assert refused.json()["errors"][0]["pointer"] == "/body/same_person"
    settled = await client.nurse.post(path, json=an_acceptance(same_person=True))
    assert (settled.status_code, settled.json()["client_id"]) == (201, client.client_id)


async def test_a_place_is_nobodys_own_way_back(caseload: Running) -> None:
    client = await take_on(caseload)
    link = {"id": new_id(), "team_id": a_referral()["team_id"], "given_to": "Library", "client_id": client.client_id}
    refused = await client.nurse.post("/v1/referral-links", json=link | {"kind": "place", "source": "community"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_way_back")


async def test_a_transfer_with_a_wrong_count_is_corrected_or_abandoned(caseload: Running) -> None:
    transfer, bernard = await begun(caseload, 3), listed(BERNARD)
    await transfer.send(listed(MAUREEN), bernard)
    wrong = await transfer.nurse.post(f"{transfer.path}/correct-count", json={"expected": 1, "reason": "Counted anew"})
    assert (wrong.json()["code"], wrong.json()["errors"][0]["pointer"]) == ("more_than_expected", "/body/expected")
    right = await transfer.nurse.post(f"{transfer.path}/correct-count", json={"expected": 2, "reason": "One was twice"})
    assert (right.json()["expected"], right.json()["corrected_because"]) == (2, "One was twice")
    assert (await transfer.take(bernard)).status_code == 201
    left = (await transfer.nurse.post(f"{transfer.path}/abandon", json={"reason": "They keep her"})).json()
    assert (left["status"], left["waiting"], left["taken_over"], left["left_out"]) == ("abandoned", 0, 1, 1)
    late = await transfer.send(bernard)
    assert (late.status_code, late.json()["code"]) == (409, "transfer_closed")


async def test_a_decision_about_a_transfer_ratifies_whom_it_brought_urgently(caseload: Running) -> None:
    transfer, maureen, decision = await begun(caseload, 1), listed(MAUREEN), new_id()
    await transfer.send(maureen)
    assert (await transfer.take(maureen)).status_code == 201
    await adopted(caseload, decision, transfer.path.rpartition("/")[2], "caseload_transfer")
    assert (await transfer.nurse.get(f"/v1/referrals/{maureen['id']}")).json()["decision_id"] == decision


async def test_an_eleventh_form_in_assessments_is_refused(caseload: Running) -> None:
    client = await take_on(caseload)
    for _ in range(10):
        await client.post("/v1/templates", a_template(in_assessments=True))
    refused = await client.nurse.post("/v1/templates", json=a_template(in_assessments=True))
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_forms")
    assert refused.json()["errors"][0]["pointer"] == "/body/in_assessments"


async def test_a_draft_that_goes_nowhere_is_discarded(caseload: Running) -> None:
    client = await take_on(caseload)
    draft_id = await a_draft(client, **every_part(client.episode_id))
    await caseload.alter("caseload", "update episode_of_care set opened_on = opened_on - 9")
    await end_care(client, ended_on=ago(3))
    refused = await client.nurse.post(f"/v1/assessment-drafts/{draft_id}/complete")
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == ("not_in_care_then", "/path/draft_id")
    begun_late = {"id": new_id(), "episode_of_care_id": client.episode_id}
    late = await client.nurse.post("/v1/assessment-drafts", json=begun_late)
    assert (late.status_code, late.json()["code"]) == (409, "not_in_care_then")
    gone = await client.post(f"/v1/assessment-drafts/{draft_id}/discard", None)
    assert gone["status"] == "discarded"
    written = await put_part(client, draft_id, "home", {"words": "A rail"})
    assert (written.status_code, written.json()["code"]) == (409, "draft_discarded")


async def test_a_plan_by_link_ends_with_the_care_and_is_of_the_open_episode(caseload: Running) -> None:
    client, outside = await take_on(caseload), await caseload.client("caseload", None)
    await client.post("/v1/care-plans", a_plan(client.episode_id))
    share = await client.post("/v1/plan-copy-shares", {"id": new_id(), "client_id": client.client_id})
    await end_care(client)
    opening, path = {"code": share["code"], "name": "M", "role": "Myself"}, f"/open/plan-copies/{share['link']}/open"
    ended = await outside.post(path, json=opening)
    assert (ended.status_code, ended.json()["code"]) == (410, "link_ended")
    again = await take_on(caseload)
    assert (await outside.post(path, json=opening)).status_code == 410, "the plan before is not shown for the new one"
    await again.post("/v1/care-plans", a_plan(again.episode_id, client_words="To go to the fair"))
    assert (await outside.post(path, json=opening)).json()["plan"]["client_words"] == "To go to the fair"


async def test_what_whoever_left_had_still_to_do_is_the_new_named_nurses(caseload: Running) -> None:
    client = await take_on(caseload)
    test = await client.post("/v1/tests", a_test(client.client_id, chaser_id=str(NURSE)))
    task = {"id": new_id(), "client_id": client.client_id, "words": "Ring the GP", "employee_id": str(NURSE)}
    await client.post("/v1/actions", task)
    third = new_id()
    await caseload.join("caseload", employee=UUID(third))
    body = a_hand_on(deputy_id=third, reason="left_team")
    await client.post(f"/v1/episodes-of-care/{client.episode_id}/hand-on", body)
    assert (await client.nurse.get(f"/v1/tests/{test['id']}")).json()["chaser_id"] == str(DEPUTY)
    assert (await client.nurse.get(f"/v1/actions/{task['id']}")).json()["employee_id"] == str(DEPUTY)


async def test_when_somebody_dies_nothing_of_their_care_goes_on(caseload: Running) -> None:
    client = await take_on(caseload)
    home = await client.post("/v1/hospital-discharges", a_discharge(client.client_id, discharged_on=ago(5)))
    await end_care(client, reason="died")
    asked = (await client.nurse.get(f"/v1/hospital-discharges/{home['id']}")).json()
    assert (asked["found"], asked["found_on"], asked["due_on"]) == ("died", ago(0), None)
    team = (await client.nurse.get(f"/v1/clients/{client.client_id}/care-team")).json()
    assert [one["until_on"] for one in team["periods"]] == [ago(0)]


async def test_every_pause_is_kept_with_from_until_and_why(caseload: Running) -> None:
    client = await take_on(caseload)
    path = f"/v1/episodes-of-care/{client.episode_id}"
    for reason in ("in_hospital", "away"):
        await client.post(f"{path}/pause", {"reason": reason, "paused_on": ago(0)})
        await client.post(f"{path}/resume", {"resumed_on": ago(0)})
    pauses = (await client.nurse.get(path)).json()["pauses"]
    assert [(one["reason"], one["from_on"], one["until_on"]) for one in pauses] == [
        ("in_hospital", ago(0), ago(0)),
        ("away", ago(0), ago(0)),
    ]
