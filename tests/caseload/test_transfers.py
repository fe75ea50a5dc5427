"""A whole caseload comes over in pieces: matched, reviewed and taken over, none lost, none doubled, all repeatable."""

import asyncio
from typing import Any

import pytest

from services.caseload.events import EpisodeOfCareOpened, ReferralAccepted, ReferralReceived
from tests.caseload.story import adopted, an_acceptance, new_id, take_on
from tests.running import STRANGER, TEAM, Running

# Valid test numbers, with the check digits of the demo team's.
NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077")
MAUREEN = {"given_name": "Maureen", "family_name": "Tabor", "nhs_number": "999 000 0204", "birth_on": "1936-06-06"}
BERNARD = {"given_name": "Bernard", "family_name": "Pask", "nhs_number": "9990000212", "birth_on": "1940-02-02"}
ENDED = {"reason": "stepped_down", "safety_net": "Heat, redness", "ring": "111", "come_back": "Ring us"}


def listed(person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "reason": "Leg ulcer, twice a week", "person": person} | changes


def people(count: int) -> list[dict[str, Any]]:
    """Of whom two in three have a number."""
    return [
        listed({"given_name": "Ann", "family_name": f"Client {one}", "birth_on": f"1930-01-{one + 1:02}"})
        if one % 3 == 2
        else listed(
            {"given_name": "Ann", "family_name": f"Client {one}", "birth_on": "1930-05-05"}
            | ({"nhs_number": NUMBERS[one % len(NUMBERS)]} if one < len(NUMBERS) else {})
        )
        for one in range(count)
    ]


class Transfer:
    """One transfer, with the nurse who works on it."""

    def __init__(self, nurse: Any, transfer_id: str) -> None:
        self.nurse, self.path = nurse, f"/v1/caseload-transfers/{transfer_id}"

    async def send(self, *clients: dict[str, Any]) -> Any:
        return await self.nurse.post(f"{self.path}/clients", json={"clients": list(clients)})

    async def counts(self) -> tuple[int, int, int, int]:
        told = (await self.nurse.get(self.path)).json()
        return told["listed"], told["waiting"], told["taken_over"], told["left_out"]

    async def matches(self) -> dict[str, str]:
        items = (await self.nurse.get(f"{self.path}/clients")).json()["items"]
        return {one["transferred_client"]["id"]: one["match"] for one in items}

    async def take(self, client: dict[str, Any], **changes: Any) -> Any:
        return await self.nurse.post(f"/v1/transferred-clients/{client['id']}/take-over", json=an_acceptance(**changes))

    async def leave(self, client: dict[str, Any], reason: str = "already_in_care") -> Any:
        return await self.nurse.post(f"/v1/transferred-clients/{client['id']}/leave-out", json={"reason": reason})


async def begun(caseload: Running, expected: int) -> Transfer:
    nurse, transfer_id = await caseload.nurse("caseload"), new_id()
    body = {"id": transfer_id, "team_id": str(TEAM), "from_service": "Community nursing, west", "expected": expected}
    answer = await nurse.post("/v1/caseload-transfers", json=body)
    assert answer.status_code == 201, answer.text
    return Transfer(nurse, transfer_id)


async def test_eighteen_clients_come_over_in_one_go_none_lost_and_none_doubled(caseload: Running) -> None:
    transfer, everybody = await begun(caseload, 18), people(18)
    decision = new_id()
    await adopted(caseload, decision, transfer.path.rpartition("/")[2], "caseload_transfer")
    await transfer.send(*everybody[:10])
    early = await transfer.nurse.post(f"{transfer.path}/close")
    assert (early.status_code, early.json()["code"]) == (409, "transfer_not_complete")
    await transfer.send(*everybody[5:])
    assert await transfer.counts() == (18, 18, 0, 0)
    for client in everybody:
        taken = await transfer.take(client, decision_id=decision, urgent_reason=None, pathway="long_term")
        assert taken.status_code == 201, taken.text
    assert await transfer.counts() == (18, 0, 18, 0)
    closed = await transfer.nurse.post(f"{transfer.path}/close")
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    clients = (await transfer.nurse.get("/v1/clients")).json()["items"]
    assert sorted(one["family_name"] for one in clients) == sorted(one["person"]["family_name"] for one in everybody)
    opened = await caseload.published("caseload", EpisodeOfCareOpened)
    assert len(opened) == len({one.data["client_id"] for one in opened}) == 18
    assert all(one.data["named_nurse_id"] and one.data["deputy_id"] for one in opened)
    referral = (await transfer.nurse.get(f"/v1/referrals/{everybody[0]['id']}")).json()
    assert (referral["source"], referral["status"], referral["decision_id"]) == (
        "community_nursing",
        "accepted",
        decision,
    )


async def test_a_piece_that_is_sent_again_adds_nobody_twice(caseload: Running) -> None:
    transfer, everybody = await begun(caseload, 6), people(6)
    await transfer.send(*everybody)
    await transfer.send(*everybody)
    again = await transfer.send(*({**one, "id": new_id()} for one in everybody))
    assert (again.status_code, await transfer.counts()) == (200, (6, 6, 0, 0))
    await asyncio.gather(*(transfer.send(*({**one, "id": new_id()} for one in everybody)) for _ in range(3)))
    assert await transfer.counts() == (6, 6, 0, 0)


async def test_the_whole_transfer_may_be_repeated(caseload: Running) -> None:
    first = await begun(caseload, 2)
    everybody = [listed(MAUREEN), listed(BERNARD)]
    await first.send(*everybody)
    for one in everybody:
        assert (await first.take(one)).status_code == 201
    second, again = await begun(caseload, 2), [{**one, "id": new_id()} for one in everybody]
    await second.send(*again)
    assert set((await second.matches()).values()) == {"in_care"}
    for one in again:
        refused = await second.take(one)
        assert (refused.status_code, refused.json()["code"]) == (409, "already_in_care")
        assert (await second.leave(one)).status_code == 200
    assert (await second.nurse.post(f"{second.path}/close")).status_code == 200
    assert len((await second.nurse.get("/v1/clients")).json()["items"]) == 2


async def test_whoever_was_on_the_caseload_before_keeps_one_record(caseload: Running) -> None:
    before = await take_on(caseload)
    ended = {"ended_on": (await before.nurse.get(f"/v1/episodes-of-care/{before.episode_id}")).json()["opened_on"]}
    await before.post(f"/v1/episodes-of-care/{before.episode_id}/discharge", ENDED | ended)
    transfer, maureen = await begun(caseload, 1), listed(MAUREEN)
    await transfer.send(maureen)
    assert await transfer.matches() == {maureen["id"]: "known"}
    assert (await transfer.take(maureen)).json()["client_id"] == before.client_id


DOUBTFUL = [
    {**MAUREEN, "birth_on": "1963-06-06"},
    {**MAUREEN, "nhs_number": None},
]


@pytest.mark.parametrize("person", DOUBTFUL)
@pytest.mark.parametrize("same", [True, False])
async def test_a_doubtful_match_is_settled_by_a_person(caseload: Running, person: dict[str, Any], same: bool) -> None:
    known = await take_on(caseload)
    ended = {"ended_on": (await known.nurse.get(f"/v1/episodes-of-care/{known.episode_id}")).json()["opened_on"]}
    await known.post(f"/v1/episodes-of-care/{known.episode_id}/discharge", ENDED | ended)
    transfer, perhaps = await begun(caseload, 1), listed(person)
    await transfer.send(perhaps)
    (shown,) = (await transfer.nurse.get(f"{transfer.path}/clients")).json()["items"]
    assert (shown["match"], shown["known"]["id"]) == ("doubtful", known.client_id)
    refused = await transfer.take(perhaps)
    assert (refused.status_code, refused.json()["code"]) == (409, "match_doubtful")
    assert refused.json()["errors"][0]["pointer"] == "/body/same_person"
    taken = await transfer.take(perhaps, same_person=same)
    assert (taken.status_code, taken.json()["client_id"] == known.client_id) == (201, same)


async def test_somebody_who_may_be_in_care_is_not_doubled_by_a_yes(caseload: Running) -> None:
    await take_on(caseload)
    transfer, perhaps = await begun(caseload, 1), listed(DOUBTFUL[1])
    await transfer.send(perhaps)
    refused = await transfer.take(perhaps, same_person=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_in_care")


async def test_each_is_handed_over_once_even_by_two_at_a_time(caseload: Running) -> None:
    transfer, maureen = await begun(caseload, 1), listed(MAUREEN)
    await transfer.send(maureen)
    answers = await asyncio.gather(*(transfer.take(maureen) for _ in range(4)))
    taken, *refused = sorted(one.status_code for one in answers)
    assert (taken, set(refused) <= {409, 412}) == (201, True)
    late = await transfer.leave(maureen)
    assert (late.status_code, late.json()["code"]) == (409, "already_handed_over")
    told = [len(await caseload.published("caseload", one)) for one in (ReferralReceived, ReferralAccepted)]
    assert told == [1, 1]


async def test_the_team_decides_and_a_closed_transfer_takes_nobody(caseload: Running) -> None:
    transfer, maureen = await begun(caseload, 1), listed(MAUREEN)
    await transfer.send(maureen)
    undecided = await transfer.take(maureen, decision_id=new_id(), urgent_reason=None)
    assert (undecided.status_code, undecided.json()["code"]) == (409, "decision_not_adopted")
    more = await transfer.send(listed(BERNARD))
    assert (more.status_code, more.json()["code"]) == (409, "more_than_expected")
    assert await transfer.counts() == (1, 1, 0, 0)
    await transfer.leave(maureen, "moved_away")
    await transfer.nurse.post(f"{transfer.path}/close")
    late = await transfer.send(maureen)
    assert (late.status_code, late.json()["code"]) == (409, "transfer_closed")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"birth_on": None}, "/body/clients/0/person/birth_on"),
        ({"birth_on": "2999-01-01"}, "/body/clients/0/person/birth_on"),
        ({"nhs_number": "9990000027"}, "/body/clients/0/person/nhs_number"),
    ],
)
async def test_a_bad_row_is_named_and_nothing_of_its_piece_is_kept(
    caseload: Running, change: dict[str, Any], pointer: str
) -> None:
    transfer = await begun(caseload, 2)
    refused = await transfer.send(listed(MAUREEN | change), listed(BERNARD))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert await transfer.counts() == (0, 0, 0, 0)


async def test_another_team_sees_nothing_of_it(caseload: Running) -> None:
    transfer, maureen = await begun(caseload, 1), listed(MAUREEN)
    await transfer.send(maureen)
    theirs = Transfer(await caseload.client("caseload", STRANGER), transfer.path.rpartition("/")[2])
    assert (await theirs.nurse.get(theirs.path)).status_code == 404
    assert (await theirs.nurse.get(f"{theirs.path}/clients")).status_code == 404
    assert (await theirs.send(listed(BERNARD))).status_code == 404
    assert (await theirs.take(maureen)).status_code == 404
    assert (await theirs.nurse.get("/v1/caseload-transfers")).json()["items"] == []
