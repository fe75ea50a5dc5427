"""A device's clock is measured: what it says is believed within minutes, put right beyond, and never refused."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.caseload.story import a_contact, take_on
from tests.caseload.sync.device import a_device, ago, outcomes, planned
from tests.running import DEPUTY, Running, owner


def at(instant: datetime) -> str:
    return instant.isoformat()


@pytest.mark.parametrize("off", [timedelta(days=3), -timedelta(days=3)])
async def test_what_a_wrong_clock_says_is_kept_put_right_and_flagged(caseload: Running, off: timedelta) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    began = datetime.now(UTC) - timedelta(hours=2)
    contact = a_contact(client.episode_id, started_at=at(began + off))
    done = device.did("record_care_contact", contact, occurred_at=at(began + off))
    assert outcomes(await device.push(done, sent_at=at(datetime.now(UTC) + off))) == ["applied"]
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    (kept,) = record["care_contact"]
    assert abs(datetime.fromisoformat(kept["started_at"]) - began) < timedelta(minutes=1)
    shown = (await client.nurse.get("/v1/sync/devices")).json()["items"]
    assert abs(shown[0]["clock_off_seconds"] - off.total_seconds()) < 60


async def test_each_operation_is_flagged_by_the_clock_that_it_came_with(caseload: Running) -> None:
    """In the ledger, and to whoever looks at one; the clock was set right before the second push."""
    client, device = await take_on(caseload), await a_device(caseload)
    off = timedelta(hours=6)
    for ahead in (off, timedelta()):
        began = at(datetime.now(UTC) - timedelta(minutes=30) + ahead)
        visit = device.did("record_care_contact", a_contact(client.episode_id, started_at=began), occurred_at=began)
        unknown = device.did("record_care_contact", visit["body"] | {"mood": "sunny"}, occurred_at=began)
        assert outcomes(await device.push(visit, unknown, sent_at=at(datetime.now(UTC) + ahead))) == [
            "applied",
            "kept_aside",
        ]
    flags = "select clock_off_seconds from sync_operation order by sequence"
    async with owner(caseload.databases["caseload"].url) as connection:
        kept = [row["clock_off_seconds"] for row in await connection.fetch(flags)]
    wrong = kept[0]
    assert abs(wrong - off.total_seconds()) < 60
    assert kept == [wrong, wrong, 0, 0]
    shown = (await client.nurse.get("/v1/sync/reviews")).json()["items"]
    assert [one["clock_off_seconds"] for one in shown] == [wrong, 0]
    whole = (await client.nurse.get(f"/v1/sync/reviews/{shown[0]['id']}")).json()
    assert whole["clock_off_seconds"] == wrong


async def test_a_clock_that_is_little_off_is_believed(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    began = at(datetime.now(UTC) - timedelta(minutes=30))
    done = device.did("record_care_contact", a_contact(client.episode_id, started_at=began))
    ahead = at(datetime.now(UTC) + timedelta(minutes=4))
    assert outcomes(await device.push(done, sent_at=ahead)) == ["applied"]
    (kept,) = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()["care_contact"]
    assert datetime.fromisoformat(kept["started_at"]) == datetime.fromisoformat(began)


async def test_which_of_two_came_first_is_told_by_clocks_that_are_put_right(caseload: Running) -> None:
    plan, toms, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    ahead = timedelta(hours=6)
    joel_at = datetime.now(UTC) - timedelta(minutes=50) + ahead
    earlier = plan.change(joels, "Three layers", occurred_at=at(joel_at))
    later = plan.change(toms, "Two, softer liner", occurred_at=ago(minutes=40))
    assert outcomes(await toms.push(later)) == ["applied"]
    assert outcomes(await joels.push(earlier, sent_at=at(datetime.now(UTC) + ahead))) == ["conflict"]
    assert (await plan.line())["words"] == "Three layers"


async def test_a_note_was_written_when_it_was_written(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    contact, written = a_contact(client.episode_id, note=None, note_id=None), ago(hours=5)
    await device.push(
        device.did("record_care_contact", contact),
        device.did(
            "add_note",
            {"id": device.id, "words": "Slept badly"},
            {"care_contact_id": contact["id"]},
            occurred_at=written,
        ),
    )
    (note,) = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()["notes"]
    assert datetime.fromisoformat(note["written_at"]) == datetime.fromisoformat(written)
