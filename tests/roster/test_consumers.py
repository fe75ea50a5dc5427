"""What the others tell is kept once, in its newest state, in whatever order it arrives."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.roster.consumers import SUBSCRIPTIONS
from services.roster.domain.known import AcuityReview, CareTeam, Clearance, Contract, RecordedActivity, RecordedContact
from services.roster.domain.visit import Visit
from tests.roster.facts import (
    EDITH,
    RUTH,
    SANDRA,
    TOM,
    WALTER,
    Fact,
    acuity_review,
    clearance,
    contact,
    contract,
    episode,
    hear,
)
from tests.running import TEAM, Running


async def kept(system: Running, model: Any) -> list[Any]:
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        return list(await tx.all(select(model)))


@pytest.fixture
async def empty(roster: Running) -> Running:
    """Without the clearances and clients that the other tests start from."""
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        for known in (Clearance, CareTeam):
            await tx.session.execute(delete(known))
    return roster


FACTS: list[tuple[Callable[[], Fact], Any, dict[str, Any], str]] = [
    (lambda: contract(RUTH, 1800), Contract, {"minutes_per_week": 1350}, "minutes_per_week"),
    (lambda: clearance(SANDRA), Clearance, {"may_visit_alone": False}, "may_visit_alone"),
    (acuity_review, AcuityReview, {"total": 30}, "total"),
    (lambda: episode(EDITH), CareTeam, {"deputy_id": str(SANDRA)}, "deputy_id"),
    (lambda: contact(EDITH, RUTH, {"nursing": 60}), RecordedContact, {"minutes": 45}, "minutes"),
]


@pytest.mark.parametrize(("fact", "model", "change", "field"), FACTS)
async def test_a_fact_that_comes_twice_has_one_effect(
    empty: Running, fact: Callable[[], Fact], model: Any, change: dict[str, Any], field: str
) -> None:
    told = fact()
    envelope = await hear(empty, told)
    await empty.hand_over("roster", envelope)
    await hear(empty, told)
    assert len(await kept(empty, model)) == 1


@pytest.mark.parametrize(("fact", "model", "change", "field"), FACTS)
async def test_an_older_state_that_comes_late_changes_nothing(
    empty: Running, fact: Callable[[], Fact], model: Any, change: dict[str, Any], field: str
) -> None:
    name, old = fact()
    await hear(empty, (name, old | change), version=2)
    await hear(empty, (name, old), version=1)
    (row,) = await kept(empty, model)
    assert (str(getattr(row, field)), row.version) == (str(change[field]), 2)
    await hear(empty, (name, old), version=3)
    (row,) = await kept(empty, model)
    assert (str(getattr(row, field)), row.version) == (str(old[field]), 3)


async def test_each_day_on_which_hrs_word_begins_is_kept(empty: Running) -> None:
    await hear(empty, clearance(SANDRA, may_visit_alone=True, since_on="2026-11-20"), version=2)
    await hear(empty, clearance(SANDRA, may_visit_alone=False, since_on="2026-09-23"), version=1)
    found = {str(row.since_on): row.may_visit_alone for row in await kept(empty, Clearance)}
    assert found == {"2026-09-23": False, "2026-11-20": True}


async def test_a_contact_that_is_told_anew_replaces_its_activities(roster: Running) -> None:
    name, first = contact(EDITH, RUTH, {"nursing": 60, "reablement": 15})
    _, second = contact(EDITH, RUTH, {"nursing": 30}, care_contact_id=first["care_contact_id"])
    await hear(roster, (name, first))
    await hear(roster, (name, second), version=2)
    await hear(roster, (name, first), version=1)
    assert [(row.activity_type, row.minutes) for row in await kept(roster, RecordedActivity)] == [("nursing", 30)]
    assert [row.minutes for row in await kept(roster, RecordedContact)] == [30]


async def test_a_contact_belongs_to_the_day_in_england_on_which_it_began(roster: Running) -> None:
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60}, started_at="2026-06-30T23:30:00Z"))
    (row,) = await kept(roster, RecordedContact)
    assert str(row.contact_on) == "2026-07-01"


async def test_a_contact_is_kept_whether_or_not_its_visit_or_episode_is_ever_known(roster: Running) -> None:
    await hear(roster, contact(WALTER, TOM, {"nursing": 60}, visit_id=uuid7()))
    assert len(await kept(roster, RecordedContact)) == 1


def test_roster_listens_to_what_it_agreed_to() -> None:
    assert {subscription.event_name for subscription in SUBSCRIPTIONS} == {
        "hr.team_membership.changed.v1",
        "hr.competency.signed_off.v1",
        "hr.competency.withdrawn.v1",
        "hr.opt_out.changed.v1",
        "caseload.delegation.given.v1",
        "caseload.delegation.withdrawn.v1",
        "hr.contract.agreed.v1",
        "hr.clearance.changed.v1",
        "hr.secondment.recalled.v1",
        "governance.decision.adopted.v1",
        "caseload.acuity_review.completed.v1",
        "caseload.episode_of_care.opened.v1",
        "caseload.episode_of_care.paused.v1",
        "caseload.episode_of_care.resumed.v1",
        "caseload.episode_of_care.discharged.v1",
        "caseload.named_nurse.changed.v1",
        "caseload.test.requested.v1",
        "caseload.test.taken.v1",
        "caseload.test.cancelled.v1",
        "caseload.care_contact.recorded.v1",
        "caseload.other_care.changed.v1",
    }


async def stored(system: Running, **changes: Any) -> None:
    """A visit written past every check of the service."""
    values: dict[str, Any] = {
        "team_id": TEAM,
        "client_id": uuid7(),
        "employee_id": RUTH,
        "starts_at": datetime(2026, 11, 24, 10, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 24, 11, tzinfo=UTC),
        "channel": "in_person",
        "purpose": "Compression bandaging",
        "changed_at": datetime(2026, 11, 20, tzinfo=UTC),
    }
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        tx.add(Visit(**(values | changes)))


@pytest.mark.parametrize(
    ("clash", "constraint"),
    [
        ({"client_id": WALTER, "employee_id": TOM}, "visit_one_at_a_time"),
        ({}, "attendance_one_at_a_time"),
        ({"employee_id": SANDRA}, "attendance_one_at_a_time"),
        ({"employee_id": TOM, "accompanied_by": SANDRA}, "attendance_one_at_a_time"),
        ({"employee_id": TOM, "accompanied_by": TOM}, "visit_makes_sense"),
        ({"employee_id": TOM, "status": "done"}, "visit_makes_sense"),
        ({"employee_id": TOM, "status": "lost"}, "visit_status_known"),
    ],
)
async def test_the_database_itself_holds_what_must_never_be_false(
    roster: Running, clash: dict[str, Any], constraint: str
) -> None:
    await stored(roster, client_id=WALTER, accompanied_by=SANDRA)
    with pytest.raises(IntegrityError, match=constraint):
        await stored(roster, **clash)
    await stored(roster, employee_id=TOM)
