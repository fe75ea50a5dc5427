"""A dose that waits for a person counts as given until they settle it: in every check, on the round and in what is
pulled."""

from typing import Any
from uuid import UUID

import pytest

from tests.caseload.medicating import ASSISTANT, Giving, as_needed, now
from tests.caseload.medicating import giving as a_giving
from tests.caseload.sync.device import Device, a_device, outcomes
from tests.caseload.sync.rounds import at, pack, planned, pulled, since_now
from tests.caseload.sync.test_doses import gave, settle
from tests.caseload.sync.test_late_pushes import leaves, take_in, waiting
from tests.caseload.test_alerts import alerts
from tests.running import DEPUTY, NURSE, STRANGER, Running

NOBODY = UUID("01938000-0000-7000-8000-0000000000ff")
# The third is too near to the second, and not to the first.
FIRST, SECOND, THIRD = (f"2026-11-04T{clock}:00Z" for clock in ("08:05", "10:00", "13:00"))


@pytest.fixture
async def giving(caseload: Running) -> Giving:
    return await a_giving(caseload)


def joels(tablet: Device, medicine: str, when: str) -> Any:
    """Noted on a tablet that somebody else sends from, so that it waits."""
    return gave(tablet, medicine, when) | {"made_by": str(DEPUTY)}


async def in_dispute(caseload: Running, giving: Giving) -> tuple[str, Any]:
    """Tom's first is on record, Joel's second stands in a conflict with it; the medicine, and the conflict."""
    tom, joel, medicine = (
        await a_device(caseload),
        await a_device(caseload, DEPUTY),
        await giving.medicine(**as_needed()),
    )
    assert outcomes(await tom.push(gave(tom, medicine, FIRST))) == ["applied"]
    (result,) = await joel.push(gave(joel, medicine, SECOND))
    assert result["outcome"] == "conflict", result
    return medicine, (await giving.nurse.get(f"/v1/sync/conflicts/{result['conflict_id']}")).json()


async def set_aside(client: Any, review: Any) -> Any:
    path = f"/v1/sync/reviews/{review['id']}/set-aside"
    return await client.post(path, json={"reason": "Was another's"}, headers={"If-Match": f'"{review["version"]}"'})


async def aside(client: Any, review: Any) -> None:
    answer = await set_aside(client, review)
    assert answer.status_code == 200, answer.text


async def test_a_dose_in_conflict_counts_online_until_it_is_settled(caseload: Running, giving: Giving) -> None:
    medicine, conflict = await in_dispute(caseload, giving)
    refused = await giving.refused(medicine, "given_too_recently", happened_at=THIRD)
    assert "what is in dispute" in refused["way_out"]
    assert (await settle(giving.nurse, conflict, "same_dose_noted_twice")).status_code == 200
    await giving.recorded(medicine, happened_at=THIRD)


async def test_a_dose_in_conflict_counts_for_what_is_pushed(caseload: Running, giving: Giving) -> None:
    medicine, _ = await in_dispute(caseload, giving)
    tom = await a_device(caseload)
    (result,) = await tom.push(gave(tom, medicine, THIRD))
    assert result["outcome"] == "conflict", result
    whole = (await giving.nurse.get(f"/v1/sync/conflicts/{result['conflict_id']}")).json()
    assert [(one["content"]["happened_at"], one["is_live"]) for one in whole["versions"]] == [
        (SECOND, False),
        (THIRD, False),
    ]
    assert set(whole["people"]) == {str(NURSE), str(DEPUTY)}
    assert len(await giving.all(medicine)) == 1


async def test_what_waits_for_a_look_counts_in_the_same_push(caseload: Running, giving: Giving) -> None:
    tablet, medicine = await a_device(caseload), await giving.medicine(**as_needed())
    sent = [joels(tablet, medicine, SECOND), gave(tablet, medicine, THIRD)]
    assert outcomes(await tablet.push(*sent)) == ["for_review", "conflict"]
    await giving.refused(medicine, "given_too_recently", happened_at=FIRST)


async def test_what_waited_counts_as_what_it_was_found_to_be(caseload: Running, giving: Giving) -> None:
    tablet = await a_device(caseload)
    for is_given in (True, False):
        medicine = await giving.medicine(**as_needed())
        await tablet.push(joels(tablet, medicine, SECOND))
        (held,) = await waiting(giving.deputy)
        if not is_given:
            await aside(giving.deputy, held)
            await giving.recorded(medicine, happened_at=THIRD)
            continue
        taken = await take_in(giving.deputy, held)
        assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
        (one,) = await giving.all(medicine)
        assert one["happened_at"] == SECOND
        await giving.refused(medicine, "given_too_recently", happened_at=THIRD)


async def test_what_was_given_and_refused_counts_until_somebody_has_looked(caseload: Running, giving: Giving) -> None:
    """An assistant gave it to whom nobody had delegated it."""
    tablet, medicine = await a_device(caseload, ASSISTANT), await giving.medicine()
    (result,) = await tablet.push(gave(tablet, medicine, "2026-11-04T08:05:00Z"))
    assert (result["outcome"], result["refusal"]["code"]) == ("refused", "not_delegated")
    await giving.refused(medicine, "dose_already_recorded", happened_at="2026-11-04T08:30:00Z")
    (held,) = (await giving.nurse.get("/v1/sync/reviews?outcome=refused")).json()["items"]
    (alert,) = await alerts(giving, open="true")
    assert (alert["kind"], alert["subject_id"]) == ("dose_to_review", held["operation_id"])
    assert alert["for_people"] == sorted((str(NURSE), str(DEPUTY)))
    await aside(giving.nurse, held)
    assert await alerts(giving, open="true") == []
    await giving.recorded(medicine, happened_at="2026-11-04T08:30:00Z")


async def test_the_same_dose_that_two_noted_and_nobody_has_on_record_is_recorded_once(
    caseload: Running, giving: Giving
) -> None:
    tablet, medicine = await a_device(caseload), await giving.medicine(**as_needed())
    results = await tablet.push(joels(tablet, medicine, SECOND), gave(tablet, medicine, THIRD))
    conflict = (await giving.nurse.get(f"/v1/sync/conflicts/{results[1]['conflict_id']}")).json()
    settled = await settle(giving.nurse, conflict, "same_dose_noted_twice")
    assert settled.status_code == 200, settled.text
    (one,) = await giving.all(medicine)
    assert (one["happened_at"], one["overrode"]) == (THIRD, None)


async def test_the_team_is_told_of_a_dose_of_somebody_who_left(caseload: Running, giving: Giving) -> None:
    tablet, medicine = await a_device(caseload, DEPUTY), await giving.medicine(**as_needed())
    sent = gave(tablet, medicine, now(days=1))
    await leaves(caseload, DEPUTY, days=0)
    await caseload.alter("caseload", "update team_member set until_on = until_on - 1 where until_on is not null")
    assert outcomes(await tablet.push(sent)) == ["for_review"]
    (alert,) = await alerts(giving, open="true")
    assert (alert["kind"], alert["for_people"]) == ("dose_to_review", [str(NURSE)])
    (held,) = await waiting(giving.nurse)
    assert (await take_in(giving.nurse, held)).status_code == 200
    assert await alerts(giving, open="true") == []


async def test_another_registered_nurse_than_its_sender_sets_a_dose_aside(caseload: Running, giving: Giving) -> None:
    tablet, medicine = await a_device(caseload), await giving.medicine(**as_needed())
    await tablet.push(joels(tablet, medicine, SECOND))
    (held,) = await waiting(giving.deputy)
    for client, code in ((giving.assistant, "only_a_registered_nurse"), (giving.nurse, "another_has_to_look")):
        refused = await set_aside(client, held)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert await waiting(giving.deputy) == [held]
    await giving.refused(medicine, "given_too_recently", happened_at=THIRD)
    await aside(giving.deputy, held)


@pytest.mark.parametrize("made_by", [STRANGER, NOBODY])
async def test_what_a_stranger_says_counts_for_nobody(caseload: Running, giving: Giving, made_by: UUID) -> None:
    """And is theirs alone to set aside, of whatever it is."""
    tablet, medicine = await a_device(caseload, STRANGER), await giving.medicine(**as_needed())
    sent = gave(tablet, medicine, SECOND) | {"made_by": str(made_by)}
    assert outcomes(await tablet.push(sent)) == ["refused" if made_by == STRANGER else "for_review"]
    assert await alerts(giving) == []
    await giving.recorded(medicine, happened_at=THIRD)
    (held,) = (await tablet.nurse.get("/v1/sync/reviews")).json()["items"]
    assert held["kept_for"] == str(STRANGER)
    await aside(tablet.nurse, held)


async def test_it_is_on_the_round_as_what_may_have_been_given(caseload: Running, giving: Giving) -> None:
    client_id = giving.client.client_id
    await planned(caseload, client_id, at("08:30"))
    tablet, medicine = await a_device(caseload), await giving.medicine(times=["08:00"])
    day, given_at = "2026-11-04", "2026-11-04T08:05:00Z"
    await planned(caseload, client_id, at("08:30", day))
    await tablet.push(joels(tablet, medicine, given_at))
    for path in (f"/v1/day?date={day}", f"/v1/due-medicines?as_of={day}"):
        told = (await pack(giving.nurse, path)).json()
        one = told["clients"][0]["medicines"][0] if "clients" in told else told["items"][0]
        (dose,) = one["doses"]
        assert (dose["due_at"], dose["in_dispute"], dose["administration_id"]) == (f"{day}T08:00:00Z", True, None)
        if "recorded" in one:
            (said,) = one["recorded"]
            assert (said["happened_at"], said["outcome"], said["in_dispute"]) == (given_at, "given", True)
            assert (said["due_at"], said["employee_id"]) == (f"{day}T08:00:00Z", str(DEPUTY))


async def test_whoever_pulls_hears_of_it_and_of_its_end(caseload: Running, giving: Giving) -> None:
    tablet, medicine = await a_device(caseload), await giving.medicine(**as_needed())
    since, given_at = await since_now(caseload, giving.deputy), now(hours=3)
    await tablet.push(joels(tablet, medicine, given_at))
    (told,) = [one for one in await pulled(caseload, giving.deputy, since) if one["entity"] == "dose_in_dispute"]
    assert (told["row"]["medicine_id"], told["row"]["employee_id"]) == (medicine, str(DEPUTY))
    (held,) = await waiting(giving.deputy)
    await aside(giving.deputy, held)
    (gone,) = [one for one in await pulled(caseload, giving.deputy, since) if one["entity"] == "dose_in_dispute"]
    assert (gone["entity_id"], gone["gone"]) == (told["entity_id"], True)
