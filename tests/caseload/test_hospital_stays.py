"""A hospital's word pauses care and lets it go on; who came home is written down, once."""

from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from services.caseload.events import EpisodeOfCareOpened, EpisodeOfCarePaused, EpisodeOfCareResumed
from tests.caseload.story import OnCaseload, end_care, take_on
from tests.caseload.test_leaving_care import TODAY, opened, path
from tests.running import DEPUTY, NURSE, TEAM, Running

OPENED, PAUSED = EpisodeOfCareOpened.name, EpisodeOfCarePaused.name
DAYS = [str(TODAY - timedelta(days=days)) for days in range(10)]


async def hear(caseload: Running, client_id: str, stay_id: str, *, version: int = 1, **told: Any) -> None:
    stay = {"hospital_stay_id": stay_id, "client_id": client_id, "team_id": str(uuid7()), "status": "in-progress"}
    stay |= {"is_in_hospital": True, "starts_on": DAYS[5], "ends_on": None, "hospital_ods_code": "RRV00"}
    await caseload.deliver("caseload", "interop.hospital_stay.told.v1", stay | told, version=version)


async def episode(client: OnCaseload) -> dict[str, Any]:
    read: dict[str, Any] = (await client.nurse.get(path(client))).json()
    return read


async def homecomings(client: OnCaseload) -> list[Any]:
    asked = {"client_id": client.client_id}
    items: list[Any] = (await client.nurse.get("/v1/hospital-discharges", params=asked)).json()["items"]
    return [(one["discharged_on"], one["hospital_ods_code"]) for one in items]


async def alerts(client: OnCaseload) -> list[Any]:
    items: list[Any] = (await client.nurse.get("/v1/alerts", params={"team_id": str(TEAM)})).json()["items"]
    return [one for one in items if one["kind"] == "hospital_stay"]


async def test_admission_pauses_care_and_coming_home_lets_it_go_on(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await opened(caseload, client, 60)
    await hear(caseload, client.client_id, stay_id)
    paused = await episode(client)
    assert (paused["status"], paused["pause_reason"], paused["paused_on"]) == ("onhold", "in_hospital", DAYS[5])
    assert await homecomings(client) == []
    (told,) = await alerts(client)
    assert (told["subject_id"], set(told["for_people"])) == (stay_id, {str(NURSE), str(DEPUTY)})
    home = {"status": "finished", "is_in_hospital": False, "ends_on": DAYS[1]}
    for version in (2, 3):
        await hear(caseload, client.client_id, stay_id, version=version, **home)
    back = await episode(client)
    assert (back["status"], back["pauses"][0]["until_on"]) == ("active", DAYS[1])
    assert await homecomings(client) == [(DAYS[1], "RRV00")]
    newer, older = await alerts(client)
    assert (newer["acknowledged_at"], older["acknowledged_at"] is not None) == (None, True)
    (told,) = await caseload.published("caseload", EpisodeOfCarePaused)
    assert (told.data["reason"], told.data["since_on"]) == ("in_hospital", DAYS[5])
    (told,) = await caseload.published("caseload", EpisodeOfCareResumed)
    assert told.data["since_on"] == DAYS[1]


async def test_a_discharge_that_is_taken_back_pauses_care_again_and_moves_the_homecoming(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await opened(caseload, client, 60)
    home = {"status": "finished", "is_in_hospital": False}
    await hear(caseload, client.client_id, stay_id)
    await hear(caseload, client.client_id, stay_id, version=2, ends_on=DAYS[3], **home)
    await hear(caseload, client.client_id, stay_id, version=3)
    paused = await episode(client)
    assert (paused["status"], paused["paused_on"]) == ("onhold", DAYS[3]), "not before care had gone on"
    await hear(caseload, client.client_id, stay_id, version=4, ends_on=DAYS[1], **home)
    back = await episode(client)
    assert (back["status"], [one["until_on"] for one in back["pauses"]]) == ("active", [DAYS[3], DAYS[1]])
    assert await homecomings(client) == [(DAYS[1], "RRV00")]


async def test_who_goes_from_one_hospital_to_another_stays_paused(caseload: Running) -> None:
    client = await take_on(caseload)
    await opened(caseload, client, 60)
    first, second = str(uuid7()), str(uuid7())
    await hear(caseload, client.client_id, first)
    await hear(caseload, client.client_id, second, starts_on=DAYS[3])
    await hear(caseload, client.client_id, first, version=2, status="finished", ends_on=DAYS[3])
    assert (await episode(client))["status"] == "onhold"
    assert await homecomings(client) == []


async def test_a_stay_that_never_was_is_undone_and_a_nurses_own_pause_is_not(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    never = {"status": "entered-in-error", "is_in_hospital": False}
    await hear(caseload, client.client_id, stay_id)
    assert (await episode(client))["paused_on"] == DAYS[0], "care began on the day, after the admission"
    await hear(caseload, client.client_id, stay_id, version=2, **never)
    assert (await episode(client))["status"] == "active"
    await client.post(path(client, "pause"), {"reason": "in_hospital", "paused_on": DAYS[0]})
    await hear(caseload, client.client_id, str(uuid7()), **never)
    assert (await episode(client))["status"] == "onhold"
    assert await homecomings(client) == []


async def test_what_is_planned_or_about_nobody_here_changes_nothing(caseload: Running) -> None:
    client = await take_on(caseload)
    planned = {"status": "planned", "is_in_hospital": False, "starts_on": None}
    await hear(caseload, client.client_id, str(uuid7()), **planned)
    assert (await episode(client))["status"] == "active"
    gone = {"status": "finished", "is_in_hospital": False, "ends_on": DAYS[1]}
    await hear(caseload, str(uuid7()), str(uuid7()), **gone)
    await client.post(path(client, "pause"), {"reason": "away", "paused_on": DAYS[0]})
    await hear(caseload, client.client_id, str(uuid7()), **gone)
    assert (await episode(client))["pause_reason"] == "away", "who is away is not back by that"
    assert await homecomings(client) == [(DAYS[1], "RRV00")]


async def test_an_older_word_of_a_stay_that_is_over_pauses_nothing(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await opened(caseload, client, 60)
    home = {"status": "finished", "is_in_hospital": False, "ends_on": DAYS[1]}
    await hear(caseload, client.client_id, stay_id, version=2, **home)
    await hear(caseload, client.client_id, stay_id, version=1)
    assert (await episode(client))["status"] == "active"
    assert (await alerts(client), await homecomings(client)) == ([], [(DAYS[1], "RRV00")])


async def test_a_stay_that_goes_on_told_once_more_does_not_undo_what_a_nurse_did(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await opened(caseload, client, 60)
    await hear(caseload, client.client_id, stay_id, status="planned", is_in_hospital=False)
    await hear(caseload, client.client_id, stay_id, version=2)
    assert (await episode(client))["status"] == "onhold"
    await client.post(path(client, "resume"), {"resumed_on": DAYS[2]})
    await hear(caseload, client.client_id, stay_id, version=3, starts_on=DAYS[6])
    assert (await episode(client))["status"] == "active"


async def test_only_the_stay_that_goes_on_pauses_care(caseload: Running) -> None:
    client = await take_on(caseload)
    await opened(caseload, client, 60)
    await hear(caseload, client.client_id, str(uuid7()), status="finished", starts_on=DAYS[9], ends_on=DAYS[7])
    assert (await episode(client))["status"] == "active", "the word of the stay that goes on is on its way"
    await hear(caseload, client.client_id, str(uuid7()), starts_on=DAYS[3])
    assert (await episode(client))["paused_on"] == DAYS[3]


async def test_a_stay_that_was_over_before_the_pause_began_does_not_end_it(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await opened(caseload, client, 60)
    home = {"status": "finished", "is_in_hospital": False, "starts_on": DAYS[9]}
    await hear(caseload, client.client_id, stay_id, version=2, **home, ends_on=DAYS[6])
    await client.post(path(client, "pause"), {"reason": "in_hospital", "paused_on": DAYS[5]})
    await hear(caseload, client.client_id, stay_id, version=3, **home, ends_on=DAYS[7])
    assert (await episode(client))["status"] == "onhold", "a nurse paused for another hospital"
    await hear(caseload, client.client_id, stay_id, version=4, **home, ends_on=DAYS[5])
    assert (await episode(client))["status"] == "active", "on the same day it may be the stay that she paused for"


async def test_what_a_nurse_paused_is_kept_from_a_stay_that_ended_before_and_is_told_of_late(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await opened(caseload, client, 60)
    await hear(caseload, client.client_id, stay_id, starts_on=DAYS[9])
    await client.post(path(client, "resume"), {"resumed_on": DAYS[7]})
    await client.post(path(client, "pause"), {"reason": "in_hospital", "paused_on": DAYS[5]})
    home = {"status": "finished", "is_in_hospital": False, "starts_on": DAYS[9], "ends_on": DAYS[7]}
    await hear(caseload, client.client_id, stay_id, version=2, **home)
    assert (await episode(client))["status"] == "onhold"


async def test_a_pause_that_a_stay_began_ends_with_it_though_it_was_over_before(caseload: Running) -> None:
    client, stay_id = await take_on(caseload), str(uuid7())
    await hear(caseload, client.client_id, stay_id)
    assert (await episode(client))["paused_on"] == DAYS[0], "care began after it"
    home = {"status": "finished", "is_in_hospital": False, "ends_on": DAYS[1]}
    await hear(caseload, client.client_id, stay_id, version=2, **home)
    back = await episode(client)
    assert (back["status"], back["pauses"][0]["until_on"]) == ("active", DAYS[0])


async def test_who_is_taken_on_while_in_hospital_is_not_visited_until_they_are_home(caseload: Running) -> None:
    """Known from an earlier referral, they are admitted, and referred once more before they are home."""
    before, stay_id, other = await take_on(caseload), str(uuid7()), str(uuid7())
    await end_care(before)
    await hear(caseload, before.client_id, stay_id)
    await hear(caseload, before.client_id, other, starts_on=DAYS[9])
    await hear(caseload, before.client_id, other, version=2, status="finished", ends_on=DAYS[7])
    client = await take_on(caseload)
    assert client.client_id == before.client_id
    read = await episode(client)
    assert (read["status"], read["pause_reason"], read["paused_on"]) == ("onhold", "in_hospital", DAYS[0])
    (told,) = await alerts(client)
    assert told["subject_id"] == stay_id
    facts = [
        one for one in await caseload.published("caseload") if one.data.get("episode_of_care_id") == client.episode_id
    ]
    begun = [(one.type, one.aggregateversion) for one in facts if one.type in {OPENED, PAUSED}]
    assert begun == [(OPENED, 1), (PAUSED, 2)]
    await hear(caseload, client.client_id, stay_id, version=2, status="entered-in-error", is_in_hospital=False)
    assert (await episode(client))["status"] == "active"
