"""What ops see of work without signal grows old: every count and every age of it, and nothing that was written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.caseload.story import a_contact, new_id, take_on
from tests.caseload.sync.device import a_device, ago, planned
from tests.running import DEPUTY, STRANGER, Running

AGE = "update {table} set {column} = now() - interval '{age}' where id = '{id}'"


async def figures(caseload: Running) -> dict[str, Any]:
    answer = await (await caseload.client("caseload", "nadia", "ops")).get("/v1/sync/figures")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def aged(caseload: Running, table: str, column: str, row_id: str, age: str) -> None:
    await caseload.alter("caseload", AGE.format(table=table, column=column, id=row_id, age=age))


def is_old(told: str | None, **age: float) -> bool:
    """Within a minute."""
    assert told is not None
    off = datetime.now(UTC) - timedelta(**age) - datetime.fromisoformat(told)
    return abs(off) < timedelta(minutes=1)


async def test_where_nothing_waits_there_is_no_age(caseload: Running) -> None:
    told = await figures(caseload)
    assert {name for name, value in told.items() if value is None} == {
        *("oldest_unsent_at", "oldest_conflict_at", "oldest_held_at"),
        *("oldest_for_review_at", "oldest_refused_at", "oldest_kept_aside_at"),
    }
    assert {value for value in told.values() if value is not None} == {0}


async def a_conflict(caseload: Running, **person: Any) -> str:
    plan = await planned(caseload, await take_on(caseload, **person))
    mine, joels = await a_device(caseload), await a_device(caseload, DEPUTY)
    await joels.push(plan.change(joels, "Three layers"))
    (result,) = await mine.push(plan.change(mine, "Two layers"))
    return str(result["conflict_id"])


async def test_an_open_conflict_grows_old_until_it_is_settled(caseload: Running) -> None:
    ages, made = ("23 hours", "25 hours", "167 hours", "169 hours"), []
    for number, age in enumerate(ages):
        made.append(await a_conflict(caseload, given_name=f"Bernard {number}", nhs_number=None))
        await aged(caseload, "sync_conflict", "opened_at", made[-1], age)
    counts = ("conflicts_open", "conflicts_within_a_day", "conflicts_within_a_week", "conflicts_older")
    told = await figures(caseload)
    assert [told[name] for name in counts] == [4, 1, 2, 1]
    assert is_old(told["oldest_conflict_at"], hours=169)
    nurse = await caseload.nurse("caseload")
    settled = {"words": "Three layers, looser"}
    path, first = f"/v1/sync/conflicts/{made[-1]}/settle", {"If-Match": '"1"'}
    assert (await nurse.post(path, json=settled, headers=first)).status_code == 200
    told = await figures(caseload)
    assert [told[name] for name in counts] == [3, 1, 2, 0]
    assert is_old(told["oldest_conflict_at"], hours=167)


async def test_each_outcome_that_waits_has_an_age_of_its_own(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    await device.push(
        device.did("record_care_contact", a_contact(client.episode_id), made_by=str(DEPUTY)),
        device.did("record_care_contact", a_contact(new_id())),
        device.did("predict", {"sun": True}),
    )
    held = {one["outcome"]: one["id"] for one in (await device.nurse.get("/v1/sync/reviews")).json()["items"]}
    ages = {"for_review": 30, "refused": 50, "kept_aside": 10}
    for outcome, hours in ages.items():
        await aged(caseload, "sync_held", "received_at", held[outcome], f"{hours} hours")
    told = await figures(caseload)
    assert all(is_old(told[f"oldest_{outcome}_at"], hours=hours) for outcome, hours in ages.items())
    assert is_old(told["oldest_held_at"], hours=50)
    path, reason = f"/v1/sync/reviews/{held['refused']}/set-aside", {"reason": "Noted on paper"}
    gone = await device.nurse.post(path, json=reason, headers={"If-Match": '"1"'})
    assert gone.status_code == 200, gone.text
    told = await figures(caseload)
    assert (told["refused"], told["oldest_refused_at"]) == (0, None)
    assert is_old(told["oldest_held_at"], hours=30)


async def test_what_was_not_sent_is_as_old_as_its_device_said_and_no_older_than_that(caseload: Running) -> None:
    waits, waited, sent = [await a_device(caseload, one) for one in (DEPUTY, STRANGER, DEPUTY)]
    await waits.send(unsent=3, oldest_unsent_at=ago(hours=5))
    await waited.send(unsent=4, oldest_unsent_at=ago(hours=7))
    await sent.send(unsent=1, oldest_unsent_at=ago(hours=9))
    await sent.send(unsent=0)
    told = await figures(caseload)
    assert (told["devices_with_unsent"], told["unsent"]) == (2, 7)
    assert is_old(told["oldest_unsent_at"], hours=7)


@pytest.mark.parametrize(("off", "wrong"), [({"minutes": 4}, 0), ({"minutes": 6}, 1), ({"minutes": -6}, 1)])
async def test_a_clock_is_wrong_that_is_off_by_more_than_the_rule(
    caseload: Running, off: dict[str, float], wrong: int
) -> None:
    device = await a_device(caseload)
    await device.send(sent_at=ago(**off))
    assert (await figures(caseload))["clocks_wrong"] == wrong


async def test_a_device_is_silent_that_had_work_to_send_and_has_not_pushed_for_a_day(caseload: Running) -> None:
    silent, empty, lately, lost = [await a_device(caseload) for _ in range(4)]
    for device, unsent, age in ((silent, 3, 25), (empty, 0, 25), (lately, 3, 23), (lost, 3, 25)):
        await device.send(unsent=unsent, oldest_unsent_at=ago(hours=26) if unsent else None)
        await aged(caseload, "sync_device", "pushed_at", device.id, f"{age} hours")
    declared = await lost.nurse.post("/v1/sync/lost-devices", json={"device_id": lost.id})
    assert declared.status_code == 200, declared.text
    told = await figures(caseload)
    assert (told["devices_silent"], told["devices_lost"], told["devices_with_unsent"]) == (1, 1, 3)
    await silent.send(unsent=3)
    assert (await figures(caseload))["devices_silent"] == 0


async def test_for_how_long_a_device_may_be_silent_is_a_rule(caseload: Running) -> None:
    device = await a_device(caseload)
    await device.send(unsent=3)
    await aged(caseload, "sync_device", "pushed_at", device.id, "23 hours")
    assert (await figures(caseload))["devices_silent"] == 0
    await caseload.alter("caseload", "update rule set amount = 22 where code = 'sync.silent_hours'")
    assert (await figures(caseload))["devices_silent"] == 1
