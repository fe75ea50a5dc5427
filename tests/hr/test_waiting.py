"""What others hold up has a clock: on whom it waits, since when, and who hears of it."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from services.hr.domain.waiting import Escalation, Thresholds
from tests.hr.office import AROUND_THE_TEAM, OUTSIDERS, a_check, checked, employed, office
from tests.running import NURSE, OTHER_TEAM, TEAM, Running


async def _waiting(hr: Running, persona: Persona = Persona.NURSE, **asked: Any) -> Any:
    caller = await hr.client("hr", NURSE, persona)
    answer = await caller.get("/v1/waiting", params={"team_id": str(TEAM)} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def _start(hr: Running, **changes: Any) -> dict[str, Any]:
    answer = await (await office(hr)).post("/v1/dbs-checks", json=a_check(await employed(hr), **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_anonymous_is_refused(hr: Running) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.get("/v1/waiting", params={"team_id": str(TEAM)})).status_code == 401


async def test_a_dbs_check_shows_on_whom_it_waits_and_is_escalated_after_ten_and_thirty_days(hr: Running) -> None:
    """Mission row 6.01, its DBS part."""
    check = await _start(hr, waiting_on="employer", started_on="2026-09-14")
    clock = {
        "waiting_for": "dbs_check",
        "id": check["id"],
        "employee_id": check["employee_id"],
        "waiting_on": "employer",
        "since_on": "2026-09-14",
    }
    for as_of, days, escalation in (
        ("2026-09-14", 0, "none"),
        ("2026-09-23", 9, "none"),
        ("2026-09-24", 10, "heatshield_told"),
        ("2026-10-13", 29, "heatshield_told"),
        ("2026-10-14", 30, "steering_told"),
    ):
        assert await _waiting(hr, as_of=as_of) == [clock | {"days": days, "escalation": escalation}]


async def test_the_clock_runs_on_with_the_same_party_and_starts_anew_with_another(hr: Running) -> None:
    """Mission row 6.01."""
    check = await _start(hr, waiting_on="employer", started_on="2026-09-14")

    async def clock() -> tuple[str, str]:
        (item,) = await _waiting(hr)
        return item["waiting_on"], item["since_on"]

    await checked(hr, check["id"], "submitted", "2026-09-21")
    assert await clock() == ("employer", "2026-09-14")
    await checked(hr, check["id"], "submitted", "2026-09-22", waiting_on="employee")
    await checked(hr, check["id"], "submitted", "2026-09-23")
    assert await clock() == ("employee", "2026-09-22")
    await checked(hr, check["id"], "with_dbs", "2026-09-30")
    assert await clock() == ("dbs", "2026-09-30")
    await checked(hr, check["id"], "clear", "2026-10-20")
    assert await _waiting(hr) == []


@pytest.mark.parametrize("persona", [Persona.NURSE, *AROUND_THE_TEAM])
async def test_only_hr_can_tell_that_a_certificate_shows_something(hr: Running, persona: Persona) -> None:
    """To everybody else the check is where it was before the certificate came, for as long as it is weighed."""
    check = await _start(hr, started_on="2026-09-14")
    await checked(hr, check["id"], "submitted", "2026-09-15")
    await checked(hr, check["id"], "with_dbs", "2026-09-16")
    before = await _waiting(hr, persona, as_of="2026-10-16")
    assert [(item["waiting_on"], item["since_on"], item["days"]) for item in before] == [("dbs", "2026-09-16", 30)]
    await checked(hr, check["id"], "content", "2026-10-12")
    await checked(hr, check["id"], "content", "2026-10-14", waiting_on="employee")
    assert await _waiting(hr, persona, as_of="2026-10-16") == before
    (known,) = await _waiting(hr, Persona.HR, as_of="2026-10-16")
    assert (known["waiting_on"], known["since_on"], known["escalation"]) == ("employee", "2026-10-14", "none")
    assert await _waiting(hr, Persona.HR, as_of="2026-10-13") == []
    await checked(hr, check["id"], "clear", "2026-10-20")
    assert await _waiting(hr, persona) == await _waiting(hr, Persona.HR) == []


async def test_a_look_that_finds_something_on_a_clear_certificate_shows_to_hr_alone(hr: Running) -> None:
    check = await _start(hr, started_on="2026-09-14", update_service=True)
    await checked(hr, check["id"], "clear", "2026-09-15")
    await checked(hr, check["id"], "content", "2026-10-12")
    assert await _waiting(hr) == []
    (known,) = await _waiting(hr, Persona.HR)
    assert (known["waiting_on"], known["since_on"]) == ("employer", "2026-10-12")


async def test_what_began_later_was_not_waiting_yet(hr: Running) -> None:
    await _start(hr, started_on="2026-09-14")
    assert await _waiting(hr, as_of="2026-09-13") == []


async def test_what_waits_is_listed_page_by_page(hr: Running) -> None:
    known = [(await _start(hr))["id"] for _ in range(3)]
    nurse, asked = await hr.nurse("hr"), {"team_id": str(TEAM), "limit": 2}
    first = (await nurse.get("/v1/waiting", params=asked)).json()
    rest = (await nurse.get("/v1/waiting", params=asked | {"cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == known


@pytest.mark.parametrize("persona", [Persona.HR, Persona.NURSE, *AROUND_THE_TEAM])
async def test_the_answer_carries_ids_and_never_a_name_or_a_result(hr: Running, persona: Persona) -> None:
    await _start(hr)
    (item,) = await _waiting(hr, persona)
    assert set(item) == {"waiting_for", "id", "employee_id", "waiting_on", "since_on", "days", "escalation"}
    assert "Adeyemi" not in str(item)


async def test_another_teams_clocks_are_not_shown(hr: Running) -> None:
    await _start(hr, team_id=str(OTHER_TEAM))
    assert await _waiting(hr) == []
    nurse = await hr.nurse("hr")
    hidden = await nurse.get("/v1/waiting", params={"team_id": str(OTHER_TEAM)})
    absent = await nurse.get("/v1/waiting", params={"team_id": str(uuid7())})
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def test_a_day_before_the_thresholds_were_set_is_refused(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    answer = await nurse.get("/v1/waiting", params={"team_id": str(TEAM), "as_of": "2019-03-31"})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_rule_in_force")


@pytest.mark.parametrize("persona", [Persona.FINANCE, *OUTSIDERS])
async def test_who_works_apart_from_the_team_does_not_see_its_clocks(hr: Running, persona: Persona) -> None:
    other = await hr.client("hr", uuid7(), persona)
    assert (await other.get("/v1/waiting", params={"team_id": str(TEAM)})).status_code == 403


def test_the_thresholds_are_given_and_not_known() -> None:
    thresholds = Thresholds(heatshield_days=2, steering_days=3)
    assert [thresholds.escalation(days) for days in (1, 2, 3)] == list(Escalation)
