"""What keeps a social worker to what is shared with them, and a submission from being stuck or out of date."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy import func, select

from services.common.auth import SYSTEM, Persona
from services.interop.domain.share import WITHDRAWN
from services.interop.domain.submission import CouncilCase
from services.interop.usecases import give_up_waiting
from tests.access.world import GUEST
from tests.interop.council import Council, agree, change_plan, connect, withdraw
from tests.interop.records import Caseload
from tests.interop.submitting import changed, changes, refused, reviewed, standing, tried, verdicts
from tests.running import Running, until

REJECTED = {"outcome": "rejected", "reason": "unknown case id"}


@pytest.fixture
async def gareth(system: Running) -> Any:
    return await system.client("interop", GUEST, Persona.SOCIAL_WORKER)


async def rejected(system: Running, caseload: Caseload, council: Council, gareth: Any, **share: Any) -> Any:
    """A client whose change the council rejected, with the share and the submission."""
    client_id, agreed, change = await changed(system, caseload, **share)
    council.answers = verdicts(REJECTED)
    sent = await reviewed(gareth)
    await standing(gareth, sent, "rejected")
    return client_id, agreed, change, sent


async def test_a_seat_that_does_not_share_the_plan_shows_and_sends_no_change(
    system: Running, caseload: Caseload, gareth: Any
) -> None:
    client_id, _, _ = await changed(system, caseload)
    (change,) = await changes(gareth)
    caseload.seat(client_id, fields=["given_name"])
    assert await changes(gareth) == []
    path = f"/v1/care-plan-changes/{change['submission']['id']}"
    assert (await gareth.get(path)).status_code == 404
    assert (await gareth.post(f"{path}/review", headers={"If-Match": '"1"'})).status_code == 404


async def test_of_two_councils_a_guest_reviews_for_the_one_that_names_them_and_for_neither_by_guess(
    system: Running, caseload: Caseload, gareth: Any
) -> None:
    client_id, _, _ = await changed(system, caseload)
    other = await connect(system)
    await agree(system, client_id, other, fields=["council_ref", "intervention"], council_ref="B-7")
    await change_plan(system, client_id)
    assert await changes(gareth) == []
    ops = await system.client("interop", "ops-1", "ops")
    known = (await ops.get(f"/v1/connections/{other}")).json()
    body = {"name": known["name"], "url": "https://council.example/events", "reviewers": [GUEST]}
    answer = await ops.put(f"/v1/connections/{other}", json=body, headers={"If-Match": f'"{known["version"]}"'})
    assert answer.json()["reviewers"] == [GUEST], answer.text
    (shown,) = await changes(gareth)
    assert (shown["submission"]["connection_id"], shown["shared"]["council_ref"]) == (other, "B-7")


async def test_who_has_no_seat_any_more_mends_nothing(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    _, _, _, sent = await rejected(system, caseload, council, gareth)
    caseload.seats.clear()
    assert refused(await tried(gareth, sent, "correct", case_id="MINE-1")) == (409, "seat_ended")
    assert refused(await tried(gareth, sent, "resend")) == (409, "seat_ended")
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        assert (await tx.all(select(func.count()).select_from(CouncilCase)))[0] == 0


async def test_what_is_no_longer_shared_is_not_put_right(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    _, share, _, sent = await rejected(system, caseload, council, gareth)
    await withdraw(system, share)
    assert refused(await tried(gareth, sent, "correct", case_id="MINE-1")) == (409, "no_longer_shared")


async def test_a_case_id_that_was_put_right_ends_with_the_share(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    client_id, share, _, sent = await rejected(system, caseload, council, gareth)
    assert (await tried(gareth, sent, "correct", case_id="LAS-OLD")).status_code == 200
    await withdraw(system, share, days_ago=30)
    await until(lambda: council.heard[-1]["type"] == WITHDRAWN)
    await agree(
        system, client_id, share["connection_id"], fields=["council_ref", "intervention"], council_ref="LAS-NEW"
    )
    told = len(council.heard)
    await change_plan(system, client_id)
    await until(lambda: len(council.heard) > told)
    assert council.heard[-1]["data"]["council_ref"] == "LAS-NEW"
    (shown,) = await changes(gareth)
    assert shown["shared"]["council_ref"] == "LAS-NEW"


@pytest.mark.parametrize("said", [Response(status_code=204), Response("<html>Welcome</html>", media_type="text/html")])
async def test_a_council_that_takes_a_change_without_a_word_holds_nothing_back_and_is_not_waited_for_for_ever(
    system: Running, caseload: Caseload, council: Council, gareth: Any, said: Response
) -> None:
    client_id, _, _ = await changed(system, caseload)
    council.answers = [Response(status_code=204), said]
    sent = await reviewed(gareth)
    await standing(gareth, sent, "sent")
    await change_plan(system, client_id)
    await until(lambda: len(council.heard) == 3)
    await _clock(system, timedelta(days=1))
    assert (await standing(gareth, sent, "sent"))["waiting_on"] == "council"
    await _clock(system, timedelta(0))
    assert (await standing(gareth, sent, "dead"))["waiting_on"] == "social_worker"


async def _clock(system: Running, within: timedelta) -> None:
    class Here:
        database = system.databases["interop"]

    looking = asyncio.ensure_future(give_up_waiting(within, every=0.05)(Here()))  # type: ignore[arg-type]
    await asyncio.sleep(0.5)
    looking.cancel()


async def test_a_rejection_counts_in_a_refusal_too(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    await changed(system, caseload)
    council.answers = [Response(status_code=204), JSONResponse(REJECTED, 422)]
    sent = await reviewed(gareth)
    assert (await standing(gareth, sent, "rejected"))["reason"] == "unknown case id"


async def test_what_was_tried_and_is_withdrawn_waits_for_nobody(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0), timedelta(minutes=5))) as system:
        gareth = await system.client("interop", GUEST, Persona.SOCIAL_WORKER)
        _, share, _ = await changed(system, caseload)
        council.answers = [Response(status_code=204), Response(status_code=500)]
        sent = await reviewed(gareth)
        await standing(gareth, sent, "sent")
        await withdraw(system, share)
        assert (await standing(gareth, sent, "withdrawn"))["waiting_on"] is None


async def test_an_older_change_never_overwrites_a_newer_one(
    system: Running, caseload: Caseload, council: Council, gareth: Any
) -> None:
    client_id, _, change, sent = await rejected(system, caseload, council, gareth)
    line = {"care_plan_id": change["care_plan_id"], "line_id": change["line_id"]}
    await change_plan(system, client_id, **line, plan_version=4)
    assert (await standing(gareth, sent, "superseded"))["waiting_on"] is None
    assert refused(await tried(gareth, sent, "resend")) == (409, "change_superseded")
    (draft,) = await changes(gareth, state="draft")
    await change_plan(system, client_id, **line, plan_version=6)
    path = f"/v1/care-plan-changes/{draft['submission']['id']}/review"
    assert refused(await gareth.post(path)) == (409, "change_superseded")
    await change_plan(system, client_id, **line, plan_version=5)
    (newest,) = await changes(gareth, state="draft")
    assert newest["submission"]["plan_version"] == 6


async def test_one_change_is_read_without_reading_everybodys_assessment(
    system: Running, caseload: Caseload, gareth: Any
) -> None:
    first, _, _ = await changed(system, caseload)
    second, _, _ = await changed(system, caseload)
    page = await changes(gareth, limit=1)
    assert caseload.read == [first]
    assert (await gareth.get(f"/v1/care-plan-changes/{page[0]['submission']['id']}")).status_code == 200
    assert caseload.read == [first, first]
    assert len(await changes(gareth)) == 2
    assert sorted(caseload.read[2:]) == sorted([first, second])
