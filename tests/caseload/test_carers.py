"""Unpaid carers: their strain by a named scale, and the offer of an assessment of their own (mission row 3.22)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.caseload.around import a_carer, a_neighbour, a_strain, ago
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import Running


@pytest.fixture
async def stanley(caseload: Running) -> OnCaseload:
    """A client whose daughter cares for him."""
    client = await take_on(caseload, given_name="Stanley", family_name="Wick")
    daughter = a_neighbour(client.client_id, name="Mary Wick", tie="child")
    client.kept["person"] = await client.post("/v1/network-people", daughter)
    client.kept["carer"] = await client.post("/v1/carers", a_carer(daughter["id"], identified_on=ago(30)))
    return client


async def step(client: OnCaseload, name: str, **body: Any) -> Any:
    return await client.nurse.post(f"/v1/carers/{client.kept['carer']['id']}/{name}", json=body)


def later(days: int, since: str) -> str:
    return str(date.fromisoformat(since) + timedelta(days=days))


async def listed(client: OnCaseload, **asked: Any) -> list[str]:
    return [one["id"] for one in (await client.nurse.get("/v1/carers", params=asked)).json()["items"]]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/carers")).status_code == 401
    assert (await nobody.post("/v1/carers", json=a_carer(new_id()))).status_code == 401


async def test_an_assessment_is_due_to_be_offered_until_it_is_settled(stanley: OnCaseload) -> None:
    carer = stanley.kept["carer"]
    assert (carer["assessment"], carer["due_on"]) == ("to_offer", later(14, ago(30)))
    assert await listed(stanley, due="overdue") == [carer["id"]]
    offered = (await step(stanley, "offer-assessment", offered_on=ago(10))).json()
    assert (offered["assessment"], offered["due_on"]) == ("offered", later(14, ago(10)))
    wanted = (await step(stanley, "answer-offer", answered_on=ago(5), wanted=True)).json()
    assert (wanted["assessment"], wanted["due_on"]) == ("wanted", later(28, ago(5)))
    assert await listed(stanley, due="overdue") == []
    done = (await step(stanley, "assessed", assessed_on=ago(1))).json()
    assert (done["assessment"], done["due_on"], done["assessed_on"]) == ("done", None, ago(1))


async def test_a_carer_may_say_no_and_need_not_say_why(stanley: OnCaseload) -> None:
    await step(stanley, "offer-assessment", offered_on=ago(10))
    declined = (await step(stanley, "answer-offer", answered_on=ago(9), wanted=False)).json()
    assert (declined["assessment"], declined["due_on"], declined["declined_reason"]) == ("declined", None, None)
    again = (await step(stanley, "offer-assessment", offered_on=ago(1))).json()
    assert (again["assessment"], again["answered_on"]) == ("offered", None)


async def test_steps_are_taken_in_their_order(stanley: OnCaseload) -> None:
    for name, body in (
        ("answer-offer", {"answered_on": ago(1), "wanted": True}),
        ("assessed", {"assessed_on": ago(1)}),
    ):
        early = await step(stanley, name, **body)
        assert (early.status_code, early.json()["code"]) == (409, "not_the_next_step")
    before = await step(stanley, "offer-assessment", offered_on=ago(31))
    assert (before.status_code, before.json()["errors"][0]["pointer"]) == (422, "/body/offered_on")
    await step(stanley, "offer-assessment", offered_on=ago(3))
    twice = await step(stanley, "offer-assessment", offered_on=ago(2))
    assert twice.json()["code"] == "not_the_next_step"
    back = await step(stanley, "answer-offer", answered_on=ago(4), wanted=True)
    assert back.json()["code"] == "step_before_the_last"


async def test_strain_shows_for_the_team_from_where_the_rule_of_its_scale_says(stanley: OnCaseload) -> None:
    carer = stanley.kept["carer"]
    calm = (await step(stanley, "strain", **a_strain(measured_on=ago(20), score=16))).json()
    assert (calm["strained"], calm["strain_score"], calm["strain_scale"]) == (False, 16, "zbi_12")
    assert await listed(stanley, strained=True) == []
    high = (await step(stanley, "strain", **a_strain(measured_on=ago(2), score=17, needs="A night off"))).json()
    assert (high["strained"], high["needs"]) == (True, "A night off")
    assert [one["score"] for one in high["strains"]] == [16, 17]
    assert await listed(stanley, strained=True) == [carer["id"]]
    late = (await step(stanley, "strain", **a_strain(measured_on=ago(9), score=3))).json()
    assert (late["strained"], late["strain_score"], len(late["strains"])) == (True, 17, 3)
    rules = (await stanley.nurse.get("/v1/rules")).json()["items"]
    assert {rule["code"]: rule["amount"] for rule in rules}["carer_strain.zbi_12"] == 17


async def test_high_strain_brings_back_an_offer_that_was_declined(stanley: OnCaseload) -> None:
    await step(stanley, "offer-assessment", offered_on=ago(10))
    await step(stanley, "answer-offer", answered_on=ago(9), wanted=False, reason="We manage")
    strained = (await step(stanley, "strain", **a_strain(measured_on=ago(1), scale="zbi_4", score=8))).json()
    assert (strained["assessment"], strained["due_on"]) == ("to_offer", later(14, ago(1)))


@pytest.mark.parametrize(
    "change", [{"scale": "zbi_4", "score": 17}, {"score": -1}, {"scale": "horoscope"}, {"score": 49}, {"score": True}]
)
async def test_a_score_lies_within_its_scale(stanley: OnCaseload, change: dict[str, Any]) -> None:
    assert (await step(stanley, "strain", **a_strain(**change))).status_code == 422


async def test_one_person_is_one_carer(stanley: OnCaseload) -> None:
    twice = await stanley.nurse.post("/v1/carers", json=a_carer(stanley.kept["person"]["id"]))
    assert (twice.status_code, twice.json()["code"]) == (409, "already_known_as_carer")
