"""May she make this visit? By role, skills and live delegation: in the rule itself, and where a visit is planned."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.caseload.domain.delegation import DelegatedTask
from services.roster.domain.ability import (
    BY_CLIENT,
    REGISTERED,
    Ability,
    Lack,
    Needed,
    NotDelegated,
    Word,
    lacking,
    may_hold,
    may_make,
    skills_on,
)
from tests.roster.facts import (
    EDITH,
    RUTH,
    SANDRA,
    TOM,
    WALTER,
    a_plan,
    a_visit,
    clearance,
    code,
    competency,
    contract,
    delegation,
    hear,
    pointer,
)
from tests.running import TEAM, Running

ASSISTANT, DAY = "assistant_practitioner", date(2026, 11, 24)
INSULIN = frozenset({"insulin"})
OF_NURSE, OF_ASSISTANT = Needed(REGISTERED, INSULIN), Needed(ASSISTANT, INSULIN)


def somebody(*roles: str, **changes: Any) -> Ability:
    return Ability(frozenset(roles), **changes)


@pytest.mark.parametrize(
    ("who", "needed", "lacks"),
    [
        (somebody(REGISTERED), OF_ASSISTANT, ()),
        (somebody(REGISTERED), OF_NURSE, (Lack.SKILL,)),
        (somebody(REGISTERED, ended=INSULIN), OF_NURSE, (Lack.SKILL,)),
        (somebody(REGISTERED, skills=INSULIN), OF_NURSE, ()),
        (somebody(REGISTERED), Needed("social_worker"), (Lack.ROLE,)),
        (somebody(ASSISTANT, skills=INSULIN, delegated=INSULIN), OF_ASSISTANT, ()),
        (somebody(ASSISTANT, skills=INSULIN), OF_ASSISTANT, (Lack.DELEGATION,)),
        (somebody(REGISTERED, ASSISTANT, skills=INSULIN), OF_NURSE, ()),
        (somebody(is_lent=True), OF_ASSISTANT, (Lack.ROLE, Lack.DELEGATION)),
        (somebody().lent(somebody(REGISTERED, skills=INSULIN)), OF_NURSE, ()),
        (somebody(ASSISTANT), OF_ASSISTANT, (Lack.DELEGATION,)),
        (somebody(ASSISTANT, skills=INSULIN, delegated=INSULIN), OF_NURSE, (Lack.ROLE,)),
        (somebody("social_worker"), Needed("social_worker", INSULIN), (Lack.SKILL,)),
        (somebody("social_worker", ended=INSULIN), Needed("social_worker", INSULIN), (Lack.DELEGATION,)),
        (somebody(), OF_NURSE, (Lack.ROLE, Lack.SKILL)),
        (somebody(), Needed(), ()),
    ],
)
def test_the_rule_tells_what_somebody_is_without(who: Ability, needed: Needed, lacks: tuple[Lack, ...]) -> None:
    assert who.lacks(needed) == lacks
    assert may_make(who, needed) is (lacks == ())


@pytest.mark.parametrize(("cleared", "may"), [(True, True), (False, False), (None, False)])
def test_alone_at_a_door_nobody_is_without_a_check(cleared: bool | None, may: bool) -> None:
    assert may_make(somebody(cleared=cleared), Needed(), alone=True) is may
    assert may_make(somebody(cleared=cleared), Needed())


def test_of_two_who_come_it_is_enough_that_one_may_make_it() -> None:
    assistant, nurse = somebody(ASSISTANT), somebody(REGISTERED, skills=INSULIN)
    assert lacking([assistant, nurse], OF_NURSE) == ()
    assert lacking([assistant, somebody(REGISTERED)], OF_NURSE) == (Lack.SKILL,)
    with pytest.raises(NotDelegated):
        lacking([assistant, assistant], OF_ASSISTANT)


def test_hrs_word_goes_before_the_teams() -> None:
    team = Word(RUTH, "catheter", date(2026, 1, 1), None)
    lapsed = Word(RUTH, "catheter", date(2025, 1, 1), date(2026, 1, 1), is_of_hr=True)
    live = Word(RUTH, "catheter", date(2026, 2, 1), date(2027, 1, 1), is_of_hr=True)
    withdrawn = Word(RUTH, "catheter", date(2026, 2, 1), date(2027, 1, 1), is_of_hr=True, is_withdrawn=True)
    for words, can in (([team], True), ([team, lapsed], False), ([lapsed, live], True), ([team, withdrawn], False)):
        found = skills_on(DAY, words)[RUTH]
        assert found.delegated == ({"catheter"} if words == [lapsed, live] else set())
        assert (found.can, found.ended) == (({"catheter"}, set()) if can else (set(), {"catheter"}))
    assert skills_on(date(2025, 12, 31), [team]) == {}


MEDICINE = frozenset({"give_medicine"})


@pytest.mark.parametrize(("client", "may"), [(EDITH, True), (WALTER, False), (None, True)])
def test_a_medicine_is_delegated_for_one_client(client: UUID | None, may: bool) -> None:
    signed = {"skills": MEDICINE, "delegated": MEDICINE}
    assistant = somebody(ASSISTANT, **signed, for_clients=frozenset({(EDITH, "give_medicine")}))
    assert may_make(assistant, Needed(ASSISTANT, MEDICINE, client)) is may
    # A nurse answers for it herself, and other tasks are not delegated client by client.
    assert may_make(somebody(REGISTERED), Needed(ASSISTANT, MEDICINE, client))
    assert may_make(somebody(ASSISTANT, skills=INSULIN, delegated=INSULIN), Needed(ASSISTANT, INSULIN, client))


def test_without_hrs_sign_off_nothing_is_delegated_for_a_client() -> None:
    assistant = somebody(ASSISTANT, skills=MEDICINE, for_clients=frozenset({(EDITH, "give_medicine")}))
    assert assistant.lacks(Needed(ASSISTANT, MEDICINE, EDITH)) == (Lack.DELEGATION,)


def test_what_is_delegated_client_by_client_is_what_caseload_says() -> None:
    assert set(DelegatedTask) == BY_CLIENT


@pytest.mark.parametrize(
    ("needs", "may"),
    [
        ([], True),
        (["insulin"], False),
        (["catheter"], True),
        (["role:assistant_practitioner", "catheter"], True),
        (["role:registered_nurse"], False),
        (["role:registered_nurse", "role:assistant_practitioner"], False),
    ],
)
def test_a_duty_is_held_by_the_same_rule(needs: list[str], may: bool) -> None:
    """The team's own word makes an assistant able to hold no duty; hr's does."""
    assistant = somebody(ASSISTANT, skills=INSULIN | {"catheter"}, delegated=frozenset({"catheter"}))
    assert may_hold(assistant, needs) is may


async def planned(nurse: Any, who: UUID, **changes: Any) -> Any:
    """Of a plan that asks for an assistant, or for whom `changes` say, with insulin."""
    asked = {"role": ASSISTANT, "skills": ["insulin"]} | {
        name: changes.pop(name) for name in ("role", "skills") if name in changes
    }
    plan = a_plan(**asked)
    assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    return await nurse.post("/v1/visits", json=a_visit(employee_id=who, visit_plan_id=plan["id"], **changes))


@pytest.fixture
async def team(roster: Running, nurse: Any) -> Any:
    """Ruth and Tom are registered nurses, Sandra is an assistant practitioner who may visit alone."""
    for who, role in ((RUTH, REGISTERED), (TOM, REGISTERED), (SANDRA, ASSISTANT)):
        await hear(roster, contract(who, 1800, role=role))
    await hear(roster, clearance(SANDRA), version=2)
    return nurse


async def test_an_assistant_is_planned_while_the_delegation_lives_and_no_longer(roster: Running, team: Any) -> None:
    refused = await planned(team, SANDRA, override_words="She has done it for years")
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "not_delegated", "/body/employee_id")
    name, signed_off = competency(SANDRA, "insulin", until_on="2026-11-24")
    await hear(roster, (name, signed_off))
    made = await planned(team, SANDRA)
    assert (made.status_code, made.json()["overrode"]) == (201, [])
    tag = {"If-Match": made.headers["ETag"]}
    later = await team.post(
        f"/v1/visits/{made.json()['id']}/move", json={"starts_at": "2026-11-24T12:00:00Z"}, headers=tag
    )
    assert later.status_code == 200, later.text
    await hear(roster, ("hr.competency.withdrawn.v1", signed_off | {"withdrawn_at": "2026-11-20T09:00:00Z"}), version=2)
    tag = {"If-Match": later.headers["ETag"]}
    gone = await team.post(
        f"/v1/visits/{made.json()['id']}/move", json={"starts_at": "2026-11-24T14:00:00Z"}, headers=tag
    )
    assert (gone.status_code, code(gone)) == (409, "not_delegated")


async def test_the_teams_word_does_not_outlast_hrs(roster: Running, team: Any) -> None:
    said = {"id": a_plan()["id"], "team_id": str(TEAM), "employee_id": str(SANDRA), "skill": "insulin"}
    assert (await team.post("/v1/member-skills", json=said | {"from_on": "2026-11-01"})).status_code == 201
    await hear(roster, competency(SANDRA, "insulin", until_on="2026-11-23"))
    assert code(await planned(team, SANDRA)) == "not_delegated"


async def test_the_teams_word_alone_delegates_nothing(team: Any) -> None:
    said = {"id": a_plan()["id"], "team_id": str(TEAM), "employee_id": str(SANDRA), "skill": "insulin"}
    sandra = await team.post("/v1/member-skills", json=said | {"from_on": "2026-11-01"})
    assert sandra.status_code == 201
    assert code(await planned(team, SANDRA)) == "not_delegated"


async def test_a_nurse_makes_an_assistants_visit_or_comes_along(team: Any) -> None:
    assert (await planned(team, RUTH)).status_code == 201
    along = {"accompanied_by": TOM, "starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T12:30:00Z"}
    assert (await planned(team, SANDRA, **along)).status_code == 201


@pytest.mark.parametrize(
    ("who", "asked", "refusal", "kept"),
    [
        (RUTH, {"role": REGISTERED}, "without_the_skill", ["skill"]),
        (SANDRA, {"role": REGISTERED, "skills": []}, "not_of_that_role", ["role"]),
        (RUTH, {"role": "social_worker"}, "not_of_that_role", ["role", "skill"]),
    ],
)
async def test_without_the_role_or_the_skill_a_visit_is_planned_by_words_that_stand_with_it(
    team: Any, who: UUID, asked: dict[str, Any], refusal: str, kept: list[str]
) -> None:
    refused = await planned(team, who, **asked)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, refusal, "/body/employee_id")
    made = await planned(team, who, **asked, override_words="Nobody else can come, and it cannot wait")
    assert (made.status_code, made.json()["overrode"]) == (201, kept), made.text


async def test_of_whom_hr_told_no_role_words_are_asked(nurse: Any) -> None:
    assert code(await planned(nurse, RUTH, skills=[])) == "not_of_that_role"
    assert (await nurse.post("/v1/visits", json=a_visit())).status_code == 201


async def test_an_assistant_is_planned_for_the_client_for_whom_it_is_delegated(roster: Running, team: Any) -> None:
    await hear(roster, competency(SANDRA, "give_medicine"))
    assert code(await planned(team, SANDRA, skills=["give_medicine"])) == "not_delegated"
    await hear(roster, delegation(SANDRA, WALTER))
    await hear(roster, delegation(SANDRA, EDITH, until_on="2026-11-23"))
    await hear(roster, delegation(RUTH, EDITH))
    assert code(await planned(team, SANDRA, skills=["give_medicine"])) == "not_delegated"
    name, given = delegation(SANDRA, EDITH)
    await hear(roster, (name, given))
    made = await planned(team, SANDRA, skills=["give_medicine"])
    assert made.status_code == 201, made.text
    await hear(roster, delegation(SANDRA, EDITH, **given, withdrawn_at="2026-11-20T09:00:00Z"), version=2)
    moved = await team.post(
        f"/v1/visits/{made.json()['id']}/move",
        json={"starts_at": "2026-11-24T12:00:00Z"},
        headers={"If-Match": made.headers["ETag"]},
    )
    assert (moved.status_code, code(moved)) == (409, "not_delegated")
