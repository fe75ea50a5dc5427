"""What activity cost: whole for the team, and outside it by the month and without what stands on few clients."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from uuid6 import uuid7

from services.common.auth import Persona
from services.common.figures import Cell, hidden
from services.finance.domain.activity_cost import SOCIAL_TYPES, Clients, Sum, Sums, shown
from services.governance.domain.cell import ACTIVITY_TYPES, WORK
from tests.finance.facts import CONTACT, CONTRACT, a_contact, a_contract, office
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Running

OCTOBER = "from_on=2026-10-01&to_on=2026-10-31"
THEN = "2026-10-20T09:30:00Z"
AROUND = (Persona.FINANCE, Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER)
BAND_5 = 2426


async def costs(client: Any, period: str = OCTOBER) -> dict[tuple[str, str | None], dict[str, Any]]:
    answer = await client.get(f"/v1/activity-costs?team_id={TEAM}&{period}")
    assert answer.status_code == 200, answer.text
    return {(item["activity_type"], item["band"]): item for item in answer.json()["items"]}


async def seen(finance: Running, clients: int, kind: str, *, by: UUID = NURSE, times: int = 1) -> list[str]:
    """Half an hour of one type for so many clients, each so many times."""
    names = [str(uuid7()) for _ in range(clients)]
    for name in names * times:
        contact = a_contact((kind, 30), client_id=name, employee_id=str(by), started_at=THEN)
        await finance.deliver("finance", CONTACT, contact)
    return names


@pytest.fixture
async def hired(finance: Running) -> Running:
    """A nurse on band 5 and a deputy on band 4."""
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", CONTRACT, a_contract(employee_id=str(DEPUTY), band="4"))
    return finance


@pytest.mark.parametrize("persona", AROUND)
async def test_who_answers_for_money_reads_costs_that_name_no_client(hired: Running, persona: Persona) -> None:
    names = await seen(hired, 5, "nursing")
    client = await hired.client("finance", UUID(int=5), persona)
    answer = await client.get(f"/v1/activity-costs?team_id={TEAM}&{OCTOBER}")
    assert answer.json()["items"] == [
        {
            "activity_type": "nursing",
            "band": "5",
            "minutes": 150,
            "cost_pence": 5 * BAND_5 // 2,
            "pence_per_hour": BAND_5,
            "hidden": False,
        }
    ]
    assert not any(name in answer.text for name in names)


@pytest.mark.parametrize("persona", AROUND)
async def test_outside_the_team_a_cost_on_fewer_than_five_clients_is_hidden(hired: Running, persona: Persona) -> None:
    """Mission row 8.13: it is the clients that count, however often they were seen."""
    await seen(hired, 4, "nursing", times=3)
    around = await hired.client("finance", UUID(int=5), persona)
    nothing = {"minutes": None, "cost_pence": None, "pence_per_hour": None, "hidden": True}
    assert await costs(around) == {("nursing", "5"): {"activity_type": "nursing", "band": "5", **nothing}}
    own = (await costs(await hired.nurse("finance")))["nursing", "5"]
    assert (own["minutes"], own["hidden"]) == (360, False)


async def test_a_small_cost_cannot_be_had_by_taking_the_others_from_their_sum(hired: Running) -> None:
    """The minutes of each type, and of all, are among the team's measures."""
    await seen(hired, 9, "nursing")
    await seen(hired, 3, "personal_care")
    await seen(hired, 7, "coordination")
    coach = await hired.client("finance", UUID(int=5), Persona.COACH)
    away = {kind for (kind, _), item in (await costs(coach)).items() if item["hidden"]}
    assert away == {"personal_care", "coordination"}


async def test_a_small_band_cannot_be_had_by_taking_the_others_from_their_type(hired: Running) -> None:
    await hired.deliver("finance", CONTRACT, a_contract(employee_id=str(STRANGER), band="6"))
    await seen(hired, 9, "nursing")
    await seen(hired, 2, "nursing", by=DEPUTY)
    await seen(hired, 6, "nursing", by=STRANGER)
    await seen(hired, 8, "coordination")
    coach = await hired.client("finance", UUID(int=5), Persona.COACH)
    assert {key for key, item in (await costs(coach)).items() if item["hidden"]} == {
        ("nursing", "4"),
        ("nursing", "6"),
    }


@pytest.mark.parametrize("waiting", [6, 20])
async def test_what_waits_does_not_hide_a_small_band_in_the_cost(hired: Running, waiting: int) -> None:
    """It has no pence, and the whole cost is among the team's measures: one more band that has some is hidden."""
    await seen(hired, 9, "nursing")
    await seen(hired, 2, "nursing", by=DEPUTY)
    await seen(hired, waiting, "nursing", by=STRANGER)
    await seen(hired, 8, "coordination")
    coach = await hired.client("finance", UUID(int=5), Persona.COACH)
    told = await costs(coach)
    assert {key for key, item in told.items() if not item["hidden"]} == {
        ("coordination", "5"),
        *([("nursing", None)] if waiting > 9 else []),
    }


async def test_a_type_costed_for_few_is_not_what_is_left_of_the_cost(hired: Running) -> None:
    """Personal care is costed for two clients, so another cost is hidden beside it."""
    await seen(hired, 9, "nursing")
    await seen(hired, 2, "personal_care", by=DEPUTY)
    await seen(hired, 6, "personal_care", by=STRANGER)
    coach = await hired.client("finance", UUID(int=5), Persona.COACH)
    assert all(item["hidden"] for item in (await costs(coach)).values())


def test_what_the_measures_hide_of_the_social_types_is_not_told_here() -> None:
    """Reablement is small, so nursing and wider support are hidden beside it, whose bands would add up to it."""
    by_type = {"nursing": 6, "personal_care": 9, "reablement": 3, "wider_support": 7}
    by_band = [Sum(kind, "5", 60, 100, clients) for kind, clients in by_type.items() if kind != "wider_support"]
    by_band += [Sum("wider_support", band, 60, 100, clients) for band, clients in (("4", 5), ("5", 6))]
    clients = Clients(by_type, social=12, all=14)
    told = shown(Sums(by_band, seen=clients, costed=clients), 5)
    assert [(one.activity_type, one.band) for one in told if one.hidden] == [
        ("nursing", "5"),
        ("reablement", "5"),
        ("wider_support", "4"),
    ]


@given(some.lists(some.integers(0, 12), min_size=5, max_size=5), some.booleans())
def test_the_same_types_are_hidden_here_and_among_the_measures(clients: list[int], each_sees_many: bool) -> None:
    """Otherwise one of two figures that were hidden together could be read here and the other there."""
    together = max if each_sees_many else sum
    by_type = dict(zip(ACTIVITY_TYPES, clients, strict=True))
    social = together(by_type[kind] for kind in SOCIAL_TYPES)
    people = {name: 0 for total, parts in WORK.sums for name in (total, *parts) if not name.endswith(".")}
    people |= {"minutes": together(clients), "minutes.social": social}
    people |= {f"minutes.by_type.{kind}": count for kind, count in by_type.items()}
    away = hidden({name: Cell(None, count) for name, count in people.items()}, WORK, 5)
    by_band = [Sum(kind, "5", 60, 100, count) for kind, count in by_type.items() if count]
    every = Clients(by_type, social, together(clients))
    told = shown(Sums(by_band, seen=every, costed=every), 5)
    assert {one.activity_type for one in told if one.hidden} == {
        kind for kind, count in by_type.items() if count and f"minutes.by_type.{kind}" in away
    }


@pytest.mark.parametrize("persona", AROUND)
@pytest.mark.parametrize(
    "period",
    [
        "from_on=2026-10-01&to_on=2026-10-30",
        "from_on=2026-10-02&to_on=2026-10-31",
        "from_on=2026-10-01&to_on=2026-11-30",
        "from_on=2199-10-01&to_on=2199-10-31",
    ],
)
async def test_outside_the_team_costs_are_of_one_calendar_month(
    finance: Running, persona: Persona, period: str
) -> None:
    client = await finance.client("finance", UUID(int=5), persona)
    refused = await client.get(f"/v1/activity-costs?team_id={TEAM}&{period}")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_whole_month")
    assert refused.json()["errors"][0]["pointer"] == "/query/from_on"
    assert await costs(await finance.nurse("finance"), period) == {}


async def test_costs_are_not_for_everybody(finance: Running) -> None:
    for persona in (Persona.HR, Persona.COUNCIL, Persona.OPS, Persona.INTEGRATOR, Persona.SOCIAL_WORKER):
        client = await finance.client("finance", NURSE, persona)
        answer = await client.get(f"/v1/activity-costs?team_id={TEAM}&{OCTOBER}")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_costs_are_of_the_days_asked_for_and_of_no_other_team(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact(started_at="2026-09-30T12:00:00Z"))
    await finance.deliver("finance", CONTACT, a_contact(team_id=str(OTHER_TEAM), started_at=THEN))
    assert await costs(await finance.nurse("finance")) == {}
    assert await costs(await office(finance)) == {}
