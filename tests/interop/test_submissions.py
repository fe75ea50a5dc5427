"""A change of a plan goes into the council's own system: reviewed once, sent as shared, answered, and mended."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import JSONResponse
from uuid6 import uuid7

from services.common.auth import Persona
from tests.access.world import GUEST
from tests.interop.council import AT_ONCE, Council, change_plan, end, withdraw
from tests.interop.records import Caseload
from tests.interop.submitting import (
    SUBMITTED,
    TAKEN,
    VIEW,
    changed,
    changes,
    refused,
    reviewed,
    standing,
    tried,
    verdicts,
)
from tests.running import STRANGER, Running, until


@pytest.fixture
async def gareth(system: Running) -> Any:
    return await system.client("interop", GUEST, Persona.SOCIAL_WORKER)


async def test_anonymous_is_refused(system: Running) -> None:
    nobody, path = await system.client("interop", None), f"/v1/social-care/submissions/{uuid7()}"
    for read in ("/v1/care-plan-changes", f"/v1/care-plan-changes/{uuid7()}", "/v1/social-care/submissions", path):
        assert (await nobody.get(read)).status_code == 401
    for made in (f"/v1/care-plan-changes/{uuid7()}/review", f"{path}/correct", f"{path}/resend"):
        assert (await nobody.post(made)).status_code == 401


async def test_a_change_is_reviewed_sent_as_shared_and_acknowledged(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    client_id, share, change = await changed(system, caseload)
    council.answers = verdicts({"outcome": "acknowledged"})
    (shown,) = await changes(gareth)
    assert set(caseload.asked_by) == {GUEST}
    assert shown["care_act_view"] == VIEW
    assert shown["words"] == "Help to wash, evenings"
    told = {"council_ref": "LAS-40021", "intervention": "02.05", "changed_at": change["changed_at"]}
    assert shown["shared"] == told
    draft = shown["submission"]
    assert (draft["state"], draft["waiting_on"], draft["client_id"]) == ("draft", "social_worker", client_id)
    sent = await reviewed(gareth)
    assert (sent["state"], sent["waiting_on"], sent["reviewed_by"]) == ("ready", "council", GUEST)
    done = await standing(gareth, sent, "acknowledged")
    assert None not in (done["sent_at"], done["answered_at"])
    assert done["waiting_on"] is None
    event = council.heard[-1]
    assert (event["type"], event["data"], event["subject"]) == (SUBMITTED, told, f"share/{share['id']}")
    (listed,) = (await gareth.get("/v1/social-care/submissions")).json()["items"]
    assert listed == done


async def test_what_was_rejected_waits_with_its_reason_until_the_case_id_is_put_right(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    client_id, _, _ = await changed(system, caseload)
    council.answers = verdicts({"outcome": "rejected", "reason": "unknown case id"}, {"outcome": "acknowledged"})
    sent = await reviewed(gareth)
    waiting = await standing(gareth, sent, "rejected")
    assert (waiting["reason"], waiting["waiting_on"]) == ("unknown case id", "social_worker")
    mended = await tried(gareth, sent, "correct", case_id="LAS-40093")
    assert (mended.status_code, mended.json()["state"]) == (200, "corrected")
    assert refused(await tried(gareth, sent, "resend", waiting["version"])) == (412, "precondition_failed")
    assert (await tried(gareth, sent, "resend")).json()["sends"] == 2
    await standing(gareth, sent, "acknowledged")
    assert [event["data"]["council_ref"] for event in council.heard[-2:]] == ["LAS-40021", "LAS-40093"]
    assert len({event["id"] for event in council.heard}) == 3
    assert refused(await tried(gareth, sent, "resend")) == (409, "submission_already_acknowledged")
    assert refused(await tried(gareth, sent, "correct", case_id="LAS-1")) == (409, "nothing_to_correct")
    await change_plan(system, client_id)
    await until(lambda: len(council.heard) == 4)
    assert council.heard[-1]["data"]["council_ref"] == "LAS-40093", "kept once, for all that is sent"


async def test_a_council_that_is_broken_is_asked_again_and_then_given_up(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve(AT_ONCE) as system:
        gareth = await system.client("interop", GUEST, Persona.SOCIAL_WORKER)
        await changed(system, caseload)
        council.answers = [Response(status_code=204), *(Response(status_code=500) for _ in range(3))]
        sent = await reviewed(gareth)
        dead = await standing(gareth, sent, "dead")
        assert (dead["waiting_on"], dead["reason"], dead["answered_at"]) == ("social_worker", None, None)
        assert dead["sent_at"] is not None
        assert len(set(council.ids[1:])) == 1, "a repetition is known by its webhook-id"
        council.answers = [TAKEN]
        assert (await tried(gareth, sent, "resend")).status_code == 200
        await standing(gareth, sent, "acknowledged")


async def test_what_an_address_never_proved_itself_for_waits_for_the_social_worker(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    council.echo = lambda _: JSONResponse({"challenge": "something else"})
    await changed(system, caseload)
    dead = await standing(gareth, await reviewed(gareth), "dead")
    assert (dead["sent_at"], dead["waiting_on"], council.heard) == (None, "social_worker", [])


@pytest.mark.parametrize(
    "answer",
    [
        {"outcome": "rejected"},
        {"outcome": "acknowledged", "reason": "unknown case id"},
        {"outcome": "perhaps"},
        {"outcome": "rejected", "reason": "x" * 201},
        ["acknowledged"],
        None,
    ],
)
async def test_what_cannot_be_understood_is_no_answer(
    serve: Callable[..., Any], caseload: Caseload, council: Council, answer: Any
) -> None:
    async with serve((timedelta(0), timedelta(minutes=5))) as system:
        gareth = await system.client("interop", GUEST, Persona.SOCIAL_WORKER)
        await changed(system, caseload)
        council.answers = [Response(status_code=204), JSONResponse(answer)]
        sent = await reviewed(gareth)
        waiting = await standing(gareth, sent, "sent")
        assert (waiting["waiting_on"], waiting["answered_at"]) == ("council", None)
        assert refused(await tried(gareth, sent, "resend")) == (409, "submission_on_its_way")


async def test_of_two_reviewers_at_once_one_is_refused(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    await changed(system, caseload)
    council.answers = verdicts({"outcome": "acknowledged"})
    farah = await system.client("interop", "farah@council.example", Persona.SOCIAL_WORKER)
    (change,) = await changes(farah)
    path, headers = f"/v1/care-plan-changes/{change['submission']['id']}/review", {"If-Match": '"1"'}
    answers = await asyncio.gather(*(one.post(path, headers=headers) for one in (gareth, farah)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    nurse = await system.nurse("interop")
    done = await standing(nurse, change["submission"], "acknowledged")
    for one in (gareth, farah):
        assert refused(await one.post(path)) == (409, "change_already_reviewed")
        listed = (await one.get("/v1/social-care/submissions")).json()["items"]
        mine = GUEST if one is gareth else "farah@council.example"
        assert bool(listed) == (done["reviewed_by"] == mine), "each is shown what they sent themselves"
    assert len(council.heard) == 2, "the council is told once"


async def test_without_a_seat_there_is_nothing_to_review(system: Running, caseload: Caseload, gareth: Any) -> None:
    await changed(system, caseload)
    (change,) = await changes(gareth)
    submission = change["submission"]
    caseload.seats.clear()
    assert await changes(gareth) == []
    for there in (submission["id"], uuid7()):
        assert (await gareth.get(f"/v1/care-plan-changes/{there}")).status_code == 404
        answer = await gareth.post(f"/v1/care-plan-changes/{there}/review", headers={"If-Match": '"1"'})
        assert refused(answer) == (404, "not_found")
    assert (await tried(gareth, submission, "resend", 1)).status_code == 404
    assert (await gareth.get(f"/v1/social-care/submissions/{submission['id']}")).status_code == 404


async def test_a_submission_is_its_reviewers_and_the_teams(system: Running, caseload: Caseload, gareth: Any) -> None:
    await changed(system, caseload)
    sent = await reviewed(gareth)
    path = f"/v1/social-care/submissions/{sent['id']}"
    assert (await (await system.nurse("interop")).get(path)).status_code == 200
    farah = await system.client("interop", "farah@council.example", Persona.SOCIAL_WORKER)
    for other in (farah, await system.client("interop", STRANGER)):
        assert (await other.get(path)).status_code == 404
    for what, body in (("resend", {}), ("correct", {"case_id": "LAS-1"})):
        assert (await tried(farah, sent, what, 2, **body)).status_code == 404


async def test_a_stale_review_is_refused_and_one_without_a_version_too(
    system: Running, caseload: Caseload, gareth: Any
) -> None:
    await changed(system, caseload)
    (change,) = await changes(gareth)
    path = f"/v1/care-plan-changes/{change['submission']['id']}/review"
    assert refused(await gareth.post(path, headers={"If-Match": '"7"'})) == (412, "precondition_failed")
    bare = await gareth.post(path, auth=None, headers={"Idempotency-Key": str(uuid7())})
    assert refused(bare) == (428, "precondition_required")


async def test_the_next_pull_lacks_who_withdrew_and_earlier_sends_stay_listed(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    client_id, share, _ = await changed(system, caseload)
    council.answers = verdicts({"outcome": "rejected", "reason": "unknown case id"})
    sent = await reviewed(gareth)
    await standing(gareth, sent, "rejected")
    await change_plan(system, client_id)
    (draft,) = await changes(gareth, state="draft")
    await withdraw(system, share)
    assert await changes(gareth) == []
    late = await gareth.post(f"/v1/care-plan-changes/{draft['submission']['id']}/review", headers={"If-Match": '"1"'})
    assert late.status_code == 404
    assert refused(await tried(gareth, sent, "resend")) == (409, "no_longer_shared")
    (listed,) = (await gareth.get("/v1/social-care/submissions")).json()["items"]
    assert (listed["id"], listed["state"]) == (sent["id"], "rejected")
    of_team = (await (await system.nurse("interop")).get("/v1/social-care/submissions")).json()["items"]
    assert [one["state"] for one in of_team] == ["rejected", "withdrawn"]


async def test_a_share_that_ended_shows_and_sends_nothing(system: Running, caseload: Caseload, gareth: Any) -> None:
    _, share, _ = await changed(system, caseload)
    await end(system, share)
    assert await changes(gareth) == []


async def test_what_nothing_is_shared_of_is_not_prepared(system: Running, caseload: Caseload, gareth: Any) -> None:
    client_id, _, _ = await changed(system, caseload, fields=["council_ref", "personal_care_minutes"])
    await change_plan(system, client_id, domain="nursing")
    assert await changes(gareth) == []


async def test_changes_are_followed_by_cursor(system: Running, caseload: Caseload, gareth: Any) -> None:
    client_id, _, _ = await changed(system, caseload)
    first = (await gareth.get("/v1/care-plan-changes")).json()
    empty = (await gareth.get("/v1/care-plan-changes", params={"since": first["next_cursor"]})).json()
    assert empty == {"items": [], "next_cursor": first["next_cursor"]}
    assert caseload.read == [client_id], "no assessment is read where there is nothing to show"
    second = await change_plan(system, client_id, plan_version=4)
    (news,) = await changes(gareth, since=empty["next_cursor"])
    assert news["submission"]["line_id"] == second["line_id"]
    assert len(await changes(gareth, limit=1)) == 1
    for unknown in ("nonsense", "AQAAAAAAAAAB", ""):
        answer = await gareth.get("/v1/care-plan-changes", params={"since": unknown})
        assert refused(answer) == (422, "unknown_place")


async def test_while_caseload_is_away_nothing_is_shown_or_reviewed(
    system: Running, caseload: Caseload, gareth: Any
) -> None:
    await changed(system, caseload)
    (change,) = await changes(gareth)
    caseload.is_away = True
    assert refused(await gareth.get("/v1/care-plan-changes")) == (503, "unavailable")
    path = f"/v1/care-plan-changes/{change['submission']['id']}/review"
    assert refused(await gareth.post(path, headers={"If-Match": '"1"'})) == (503, "unavailable")
