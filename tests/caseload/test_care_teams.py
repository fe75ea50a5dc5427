"""Named nurses and deputies now and before, sub-teams, and a lead outside the team (rows 3.01, 3.02 and 3.03)."""

from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.caseload.domain.care_team import ContactsBy, Continuity
from services.caseload.events import NamedNurseChanged
from tests.caseload.around import ago, today
from tests.caseload.story import OnCaseload, a_contact, end_care, new_id, take_on
from tests.caseload.team_rows import a_hand_on, a_lead
from tests.caseload.test_team_view import assessed, page_of, person
from tests.running import DEPUTY, NURSE, STRANGER, Running

THIRD = UUID("01938000-0000-7000-8000-000000000003")


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    await caseload.join("caseload", employee=THIRD)
    return await take_on(caseload)


async def care_team(client: OnCaseload) -> dict[str, Any]:
    answer = await client.nurse.get(f"/v1/clients/{client.client_id}/care-team")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def seen_by(client: OnCaseload, employee: UUID, days_ago: int) -> None:
    started = f"{today() - timedelta(days=days_ago)}T00:30:00Z"
    await client.post("/v1/care-contacts", a_contact(client.episode_id, employee_id=str(employee), started_at=started))


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get(f"/v1/clients/{new_id()}/care-team")).status_code == 401
    assert (await nobody.post(f"/v1/episodes-of-care/{new_id()}/hand-on", json=a_hand_on())).status_code == 401


async def test_whoever_was_named_nurse_is_kept_with_from_until_and_why(caseload: Running, maureen: OnCaseload) -> None:
    path = f"/v1/episodes-of-care/{maureen.episode_id}/hand-on"
    handed = await maureen.post(path, a_hand_on(words="Two new clients on her round"))
    assert (handed["named_nurse_id"], handed["deputy_id"]) == (str(DEPUTY), str(NURSE))
    await maureen.post(path, a_hand_on(deputy_id=str(THIRD), reason="leave"))
    found = (await care_team(maureen))["periods"]
    assert [(one["named_nurse_id"], one["deputy_id"], one["reason"]) for one in found] == [
        (str(DEPUTY), str(THIRD), "leave"),
        (str(DEPUTY), str(NURSE), "load"),
        (str(NURSE), str(DEPUTY), "taken_on"),
    ]
    assert [(one["from_on"], one["until_on"]) for one in found] == [(ago(0), None), (ago(0), ago(0)), (ago(0), ago(0))]
    assert (found[1]["words"], found[1]["changed_by"]) == ("Two new clients on her round", str(NURSE))
    told = await caseload.published("caseload", NamedNurseChanged)
    assert [one.data["deputy_id"] for one in told] == [str(NURSE), str(THIRD)]
    assert all("words" not in one.data for one in told)


async def test_a_client_is_handed_on_to_somebody_else_of_the_team(caseload: Running, maureen: OnCaseload) -> None:
    path = f"/v1/episodes-of-care/{maureen.episode_id}/hand-on"
    for body, status, code in (
        (a_hand_on(named_nurse_id=str(NURSE), deputy_id=str(DEPUTY)), 422, "same_care_team"),
        (a_hand_on(named_nurse_id=str(STRANGER)), 409, "not_in_the_team"),
        (a_hand_on(deputy_id=str(DEPUTY)), 422, "invalid_request"),
        (a_hand_on(reason="taken_on"), 422, "invalid_request"),
    ):
        refused = await maureen.nurse.post(path, json=body)
        assert refused.status_code == status, refused.text
        assert status == 422 or refused.json()["code"] == code
    await end_care(maureen)
    assert (await maureen.nurse.post(path, json=a_hand_on())).json()["code"] == "episode_already_ended"


async def test_continuity_counts_whoever_was_named_on_the_day(caseload: Running, maureen: OnCaseload) -> None:
    """Ten contacts: 4 and 2 by the two of that time and 1 by another, then 2 by the new nurse and 1 by the old one."""
    await maureen.post(
        f"/v1/episodes-of-care/{maureen.episode_id}/hand-on",
        a_hand_on(named_nurse_id=str(THIRD), deputy_id=str(DEPUTY)),
    )
    await caseload.alter(
        "caseload",
        f"update care_team_period set from_on = date '{ago(5)}' - case when reason = 'load' then 0 else 30 end,"
        f" until_on = case when reason = 'load' then null else date '{ago(5)}' end",
    )
    for employee, day, times in ((NURSE, 20, 4), (DEPUTY, 20, 2), (THIRD, 20, 1), (THIRD, 5, 2), (NURSE, 5, 1)):
        for _ in range(times):
            await seen_by(maureen, employee, day)
    found = (await care_team(maureen))["continuity"]
    assert (found["contacts"], found["faces"], found["by_care_team"], found["share"]) == (10, 3, 8, 0.8)
    assert (found["upc"], found["coc"]) == (0.5, round((25 + 9 + 4 - 10) / 90, 4))


@pytest.mark.parametrize(
    ("counts", "upc", "coc"), [((), None, None), ((1,), 1.0, None), ((3,), 1.0, 1.0), ((1, 1), 0.5, 0.0)]
)
def test_the_indices_at_their_ends(counts: tuple[int, ...], upc: float | None, coc: float | None) -> None:
    found = Continuity.of(ContactsBy(uuid4(), count, 0) for count in counts)
    assert (found.upc, found.coc) == (upc, coc)
    assert found.share == (0.0 if counts else None)
    assert Fraction(0) <= Fraction(found.upc or 0) <= 1


async def test_the_page_shows_the_load_of_each_sub_team(caseload: Running) -> None:
    clients = [await take_on(caseload, **person(number)) for number in range(4)]
    for client, tag in zip(clients, ("north-lanes", "north-lanes", "south"), strict=False):
        placed = await client.nurse.put(f"/v1/episodes-of-care/{client.episode_id}/sub-team", json={"sub_team": tag})
        assert (placed.status_code, placed.json()["sub_team"]) == (200, tag)
    await assessed(clients[0], 1)
    await assessed(clients[1], 4)
    assert (await page_of(caseload))["sub_teams"] == [
        {"sub_team": "north-lanes", "clients": 2, "acuity_total": 7},
        {"sub_team": "south", "clients": 1, "acuity_total": 0},
        {"sub_team": None, "clients": 1, "acuity_total": 0},
    ]
    path = f"/v1/episodes-of-care/{clients[2].episode_id}/sub-team"
    assert (await clients[2].nurse.put(path, json={"sub_team": "South Lanes!"})).status_code == 422
    assert (await clients[2].nurse.put(path, json={"sub_team": None})).json()["sub_team"] is None


async def test_a_social_worker_outside_the_team_leads_and_is_shown(caseload: Running, maureen: OnCaseload) -> None:
    path = f"/v1/episodes-of-care/{maureen.episode_id}/lead"
    assert (await maureen.nurse.put(path, json=a_lead())).status_code == 200
    (episode,) = (await maureen.nurse.get(f"/v1/clients/{maureen.client_id}")).json()["episode_of_care"]
    shown = (episode["lead_role"], episode["lead_organisation"], episode["lead_contact"], episode["lead_since_on"])
    assert shown == ("Social worker", "Westmere County Council", "01632 960200", ago(3))
    page = await page_of(caseload)
    assert page["led_outside"] == 1
    answer = await maureen.nurse.get("/v1/caseload-reviews", params={"team_id": page["team_id"]})
    assert [one["lead_role"] for one in answer.json()["items"]] == ["Social worker"]
    assert (await maureen.nurse.put(path, json={"lead": None})).json()["lead_role"] is None
    assert (await page_of(caseload))["led_outside"] == 0
