"""A round to be taken along where there is no signal: what a tablet has to know to give a medicine safely."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.caseload.domain.administration import Administration, gap_of
from services.caseload.domain.dose_in_dispute import DoseInDispute
from services.caseload.domain.due_dose import DoseState, DueDose, due_doses
from services.caseload.domain.medicine import A_MINUTE, Medicine
from services.caseload.domain.other_care import Call
from services.caseload.domain.rule import RuleCode
from services.common.errors import NotFound
from services.common.rules import NoRuleInForce, Rule

NEEDED = (
    RuleCode.MEDICINE_MINUTES,
    RuleCode.TIME_CRITICAL_MINUTES,
    RuleCode.MEDICINE_GAP,
    RuleCode.DRIVER_CHECK_HOURS,
)
# A tablet has a clock of its own: what is late is late by `closes_at`, whenever the pack was made.
NEVER = datetime.min.replace(tzinfo=UTC)


class NoSuchColleague(NotFound):
    """A round is one's own, or that of somebody of the same team, for whom it is covered."""

    field = "/query/employee_id"
    way_out = "Name somebody who is in your team today, or leave employee_id out for your own round."

    def __init__(self) -> None:
        super().__init__("employee")


def require_rules(rules: Mapping[str, Rule]) -> None:
    """Raises `NoRuleInForce`."""
    for code in NEEDED:
        if code not in rules:
            raise NoRuleInForce(code, "/query/date")


def to_give(
    medicine: Medicine,
    day: date,
    rules: Mapping[str, Rule],
    recorded: Sequence[Administration],
    disputed: Sequence[DoseInDispute],
) -> dict[str, Any]:
    """A medicine with its doses of the day, and all that keeps a dose from being given twice or too soon.

    What is recorded or in dispute is of its whole course, around the day, in the order of recording.
    """
    share = rules[RuleCode.MEDICINE_GAP]
    window = (medicine.window_minutes or rules[medicine.window_rule].amount) * A_MINUTE
    gap = gap_of(medicine, window, share.amount / share.per)
    doses = due_doses(medicine, day, window, gap, recorded, NEVER, disputed)
    return {
        **medicine.model_dump(),
        "dose_window_minutes": _minutes(window),
        "dose_gap_minutes": _minutes(gap),
        "doses": [_dose(one) for one in doses],
        "recorded": [
            *({**one.model_dump(), "in_dispute": False} for one in recorded),
            *({**one.said, "due_at": one.due_at(medicine, window), "in_dispute": True} for one in disputed),
        ],
    }


def _minutes(time: timedelta) -> int:
    """Whole ones, and none too few."""
    return -(-time // A_MINUTE)


def _dose(dose: DueDose) -> dict[str, Any]:
    outcome = None if dose.state is DoseState.DUE else dose.state
    return {**vars(dose), "outcome": outcome}


def told(call: Call) -> dict[str, Any]:
    """When somebody of an agency is with the client."""
    care = call.care
    about = {"other_care_id": care.id, "agency": care.agency, "phone": care.phone, "kind": care.kind}
    return {**about, "starts_at": call.starts_at, "ends_at": call.ends_at}
