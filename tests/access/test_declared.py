"""The matrix of who may do what, as the documents declare it: one row a persona, and nothing beside it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from services.common.access import Condition, Requires
from services.common.auth import ACROSS_TEAMS, Persona, Principal
from services.common.errors import Forbidden, ServiceError
from tests.access.operations import PUBLIC, SERVICES, Operation, field_names, operations

EVERY = [operation for name in SERVICES for operation in operations(name)]
EVENTS = r"events/(standing|replay|\{event_id\})|written-events|parked-events.*|read-models/rebuild|audit/integrity"
FIGURES = (
    r"outcomes|time-summary|continuity|team-ratio|capacity|pictures/capacity|team-floor|activity-costs|overheads|reablement-summary|measures"
    r"|.*/summary"
)
# Weeks in which a team is to be below its floor of safe staffing: listed, and of nobody.
FLOORS = "floor-alerts"
MONEY = r"budgets|budgets/\{budget_id\}|rates"
OBSTACLES = r"obstacles.*|goals"
# What a persona may ask each service for, beside its rules.
# Where somebody is signed in themselves.
DEVICES = "devices.*"
PEOPLE = r"employees/\{employee_id\}/(devices|staff-accounts)|staff-accounts.*|sign-outs"
# That there are returns and what is wrong with them, in counts; their files are about people.
RETURNS = r"returns(/\{return_id\})?"
CONNECTIONS = r"connections(/\{connection_id\})?"
REACHES: dict[Persona, dict[str, str]] = {
    Persona.COACH: {
        ".*": rf"{FIGURES}|{FLOORS}|{OBSTACLES}|{MONEY}",
        "hr": "hours|contracts/ending|waiting",
        "identity": DEVICES,
        "caseload": "referral-links",
    },
    Persona.HEATSHIELD: {
        ".*": rf"{FIGURES}|{FLOORS}|{OBSTACLES}|{MONEY}",
        "hr": "hours|contracts/ending|waiting",
        "finance": "financial-assessments",
        "interop": CONNECTIONS,
        "identity": DEVICES,
        "caseload": "sync/figures",
    },
    Persona.STEERING: {".*": rf"{FIGURES}|{FLOORS}|{OBSTACLES}|{MONEY}", "identity": DEVICES},
    Persona.COMMISSIONER: {".*": rf"{FIGURES}|{FLOORS}|goals|{MONEY}", "identity": DEVICES},
    Persona.SOCIAL_WORKER: {
        "caseload": "shared-clients.*",
        "interop": "care-plan-changes.*|social-care/submissions.*",
        "identity": DEVICES,
    },
    Persona.PRACTICE: {
        "caseload": r"surgery-list|clients/\{client_id\}/surgery-notes|surgery-notes/\{surgery_note_id\}/see",
        "identity": DEVICES,
    },
    Persona.HR: {
        "hr": ".*",
        "roster": f"time-summary|team-ratio|team-floor|{FLOORS}",
        "identity": rf"{DEVICES}|{PEOPLE}",
    },
    Persona.FINANCE: {
        "finance": ".*",
        "hr": "hours",
        "roster": f"time-summary|team-ratio|team-floor|{FLOORS}",
        "identity": DEVICES,
    },
    Persona.COUNCIL: {},
    Persona.INTEGRATOR: {
        "interop": rf"/fhir/R4(/.*)?|{CONNECTIONS}|service-endpoints|events|referrals.*|{RETURNS}.*"
        r"|social-care/agency-care|social-care/days/.*|systmone-entries/take|systmone-entries/\{unit_entry_id\}/outcome",
    },
    Persona.OPS: {
        ".*": EVENTS,
        "interop": r"connections.*|service-endpoints|deliveries.*|bars-responses.*|adt-messages.*|council-files|"
        rf"inbound-messages.*|reconciliations|social-care/keying|{RETURNS}|mesh-messages.*|partners|systmone-extracts.*"
        "|systmone-units.*",
        "identity": rf"{DEVICES}|{PEOPLE}|systems.*",
        "caseload": "sync/figures",
    },
    Persona.SERVICE: {
        ".*": "/inside/(event-log|accesses)",
        "caseload": r"clients/\{client_id\}|referrals/\{referral_id\}",
        "hr": r"colleagues/\{employee_id\}",
        "roster": r"visits/\{visit_id\}",
        "interop": r"inbound-referrals/\{inbound_referral_id\}|traces/\{trace_id\}|agency-care/\{agency_care_id\}",
        "identity": "/inside/revocations",
    },
}
# Who looks at a team from outside it: they read no name, no number, no word and no client.
OUTSIDE = {Persona.COACH, Persona.HEATSHIELD, Persona.STEERING, Persona.COMMISSIONER, Persona.OPS, Persona.COUNCIL}
OF_A_PERSON = {"given_name", "family_name", "nhs_number", "birth_on", "address_line", "postcode", "phone", "client_id"}
OF_A_PERSON |= {"words", "client_words", "what_matters", "care_act", "site", "signs", "summary"}
# For the team itself these hold its clients; nothing is put there for anybody else, as tests/roster keeps.
FOR_THE_TEAM = {"roster GET /v1/continuity": {"client_id"}}


@pytest.mark.parametrize("persona", [one for one in Persona if one is not Persona.NURSE])
def test_a_persona_reaches_what_the_matrix_says_and_nothing_else(persona: Persona) -> None:
    beyond = [str(one) for one in EVERY if persona in one.personas and not _reaches(persona, one)]
    assert beyond == []


def _reaches(persona: Persona, operation: Operation) -> bool:
    path = operation.path.removeprefix("/v1/")
    allowed = [paths for service, paths in REACHES[persona].items() if re.fullmatch(service, operation.service)]
    return path == "rules" or any(re.fullmatch(paths, path) for paths in allowed)


def test_no_row_of_the_matrix_is_stale() -> None:
    """A service that a row names has something for that persona."""
    asked = {(one.service, persona) for one in EVERY for persona in one.personas if not one.path.endswith("/rules")}
    rows = {(service, persona) for persona, row in REACHES.items() for service in row if service != ".*"}
    assert rows - asked == set()


def test_every_operation_says_whom_it_admits() -> None:
    assert {one.name for one in EVERY if not one.personas} == PUBLIC


def test_no_shape_that_is_read_outside_the_team_holds_a_person() -> None:
    told = {str(one): field_names(one, one.answers) & OF_A_PERSON for one in EVERY if one.personas & OUTSIDE}
    found = {name: fields - FOR_THE_TEAM.get(name, set()) for name, fields in told.items()}
    assert {name: fields for name, fields in found.items() if fields} == {}
    assert all(told[name] == fields for name, fields in FOR_THE_TEAM.items()), "an exception that is none any more"


def test_a_figure_of_a_team_is_not_narrowed_down_to_a_person() -> None:
    """Outside the team a figure has fixed dimensions: its team and its days, and no filter by a thing or a word."""
    figures = [one for one in EVERY if one.personas & OUTSIDE and re.fullmatch(FIGURES, one.path.removeprefix("/v1/"))]
    assert len(figures) > 6
    fixed = {"team_id", "from_on", "to_on", "as_of", "week_of", "month_on"}
    assert {str(one): one.query - fixed for one in figures if one.query} == {str(one): set() for one in figures}


def test_a_persona_that_nobody_thought_of_sees_no_other_team() -> None:
    assert ACROSS_TEAMS & {Persona.NURSE, Persona.SOCIAL_WORKER, Persona.PRACTICE, Persona.COUNCIL} == set()
    assert all(Principal("somebody", one).is_team_bound for one in set(Persona) - ACROSS_TEAMS)


def test_whom_a_route_admits_is_said_in_one_file_of_its_service() -> None:
    root = Path(__file__).parents[2] / "services"
    sources = [path for path in root.rglob("*.py") if path.name != "callers.py" and "common" not in path.parts]
    elsewhere = [str(path.relative_to(root)) for path in sources if "Requires(" in path.read_text("utf-8")]
    assert elsewhere == []


class NotToday(ServiceError):
    status = 401
    field = "/header/Authorization"
    way_out = "Come back tomorrow."


def _refusing(kind: type[ServiceError]) -> Callable[[Principal], None]:
    def check(_: Principal) -> None:
        raise kind("No.")

    return check


def test_a_condition_is_asked_after_the_persona_and_told_in_the_document() -> None:
    guard = Requires(Persona.NURSE, also=(Condition("assurance", "AAL2", _refusing(NotToday)),))
    assert guard.described() == {"x-personas": ["nurse"], "x-assurance": "AAL2"}
    with pytest.raises(NotToday):
        guard.admit(Principal("ruth", Persona.NURSE))
    with pytest.raises(Forbidden):
        guard.admit(Principal("anneke", Persona.COACH))
