"""Measures: few, each defined in plain words, with its numerator and denominator as cells. A new one is one entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.common.figures import Cell, Cells, under
from services.governance.domain.cell import MINUTES, REASON


class Kind(StrEnum):
    """How the value follows: the numerator itself, its share of the denominator, or a median over the denominator."""

    COUNT = "count"
    SHARE = "share"
    MEDIAN = "median"


@dataclass(frozen=True)
class Measure:
    """A numerator whose name ends in a dot makes one figure for each cell under it."""

    code: str
    name: str
    unit: str
    definition: str
    numerator: str
    denominator: str | None = None
    kind: Kind = Kind.COUNT


@dataclass(frozen=True)
class Figure:
    """One measure's value for a team and a period; hidden where it stands on too few."""

    code: str
    part: str | None
    name: str
    unit: str
    definition: str
    numerator: int | float | None
    denominator: int | float | None
    value: int | float | None
    hidden: bool


MEASURES = (
    Measure(
        "referrals_received",
        "Referrals received",
        "referrals",
        "Referrals that reached the team in the period, from anybody.",
        "referrals",
    ),
    Measure(
        "referrals_accepted",
        "Referrals accepted",
        "referrals",
        "Of the referrals received in the period, those the team took on.",
        "referrals.accepted",
        "referrals",
    ),
    Measure(
        "referrals_not_taken",
        "Referrals not taken",
        "referrals",
        "Of the referrals received in the period, those the team did not take on, by reason.",
        REASON,
        "referrals",
    ),
    Measure(
        "referral_answer_hours",
        "Time to answer a referral",
        "hours",
        "Median time from receiving a referral to deciding on it, over the decided ones received in the period.",
        "referrals.answer_hours",
        "referrals.decided",
        Kind.MEDIAN,
    ),
    Measure("contacts", "Care contacts", "contacts", "Care contacts that started in the period.", "contacts"),
    Measure(
        "contact_minutes",
        "Minutes with clients",
        "minutes",
        "Minutes of the contacts that started in the period, by what the time was for.",
        MINUTES,
        "minutes",
    ),
    Measure(
        "social_minutes_share",
        "Share of social care minutes",
        "share",
        "Minutes of personal care, reablement and wider support, out of all minutes with clients.",
        "minutes.social",
        "minutes",
        Kind.SHARE,
    ),
    Measure(
        "wider_support_minutes",
        "Minutes of wider support",
        "minutes",
        "Minutes spent supporting people in leisure, work and social life, money and everyday tasks.",
        f"{MINUTES}wider_support",
    ),
    Measure(
        "problems_rated",
        "Problems rated",
        "problems",
        "Omaha problems with at least one rating of knowledge, behaviour and status in the period.",
        "problems_rated",
    ),
    Measure(
        "episodes_opened",
        "Episodes of care opened",
        "episodes",
        "Episodes of care that opened in the period.",
        "episodes",
    ),
    Measure(
        "assessments_care_act_eligible",
        "Assessments with eligible needs",
        "assessments",
        "Of the assessments completed for the period, those that found needs eligible under the Care Act 2014.",
        "assessments.eligible",
        "assessments",
    ),
    Measure("visits_done", "Visits done", "visits", "Planned visits in the period that were done.", "visits"),
    Measure(
        "records_opened_in_emergency",
        "Records opened in an emergency",
        "times",
        "Times that a nurse of another team broke the glass in the period to read a client's record.",
        "emergencies",
    ),
    Measure(
        "incidents",
        "Incidents in care",
        "incidents",
        "Incidents of the period that the team's own records raised: a medicine given although the rules spoke against "
        "it, and a controlled drug whose count was not its balance.",
        "incidents",
    ),
    Measure(
        "care_plan_conflicts",
        "Care plans in conflict",
        "conflicts",
        "Times in the period that two people wrote the same part of a care plan, one of them without signal.",
        "conflicts",
    ),
    Measure(
        "record_conflicts",
        "Records in conflict",
        "conflicts",
        "Times in the period that two records of one matter could not both be right, one of them made without signal: "
        "a dose, a visit, the end of an action.",
        "record_conflicts",
    ),
    Measure(
        "handovers_accepted",
        "Handovers accepted",
        "handovers",
        "Of the handovers sent in the period to a service outside, those that it accepted.",
        "handovers.accepted",
        "handovers",
    ),
    Measure(
        "handovers_not_accepted_in_time",
        "Handovers not accepted in time",
        "handovers",
        "Of the handovers sent in the period to a service outside, those that nobody had accepted by their deadline.",
        "handovers.expired",
        "handovers",
    ),
    Measure(
        "alerts_escalated",
        "Alerts that nobody answered in time",
        "alerts",
        "Of the alerts of the period, such as a late dose of a time-critical medicine, those that nobody of the team "
        "had answered within the rule's minutes.",
        "alerts.escalated",
        "alerts",
    ),
    Measure(
        "care_cost_pence",
        "Cost of care",
        "pence",
        "Cost of the contacts that started in the period, as far as they have been costed.",
        "cost",
        "costed",
    ),
)


def figures(cells: Cells, away: frozenset[str]) -> Iterator[Figure]:
    """Every measure from these cells, with what has to be hidden taken out."""
    for measure in MEASURES:
        for name in under(cells, measure.numerator):
            yield _figure(measure, name, cells, away)


def _figure(measure: Measure, name: str, cells: Cells, away: frozenset[str]) -> Figure:
    part = name.removeprefix(measure.numerator) or None
    about: dict[str, Any] = {
        "code": measure.code,
        "part": part,
        "name": measure.name if part is None else f"{measure.name}: {part.replace('_', ' ')}",
        "unit": measure.unit,
        "definition": measure.definition,
    }
    if name in away or measure.denominator in away:
        return Figure(**about, numerator=None, denominator=None, value=None, hidden=True)
    over = cells[measure.denominator] if measure.denominator else None
    return Figure(
        **about,
        numerator=None if measure.kind is Kind.MEDIAN else cells[name].amount,
        denominator=None if over is None else over.amount,
        value=_value(measure.kind, cells[name], over),
        hidden=False,
    )


def _value(kind: Kind, cell: Cell, over: Cell | None) -> int | float | None:
    """A share of nothing has no value."""
    if kind is not Kind.SHARE:
        return cell.amount
    if cell.amount is None or over is None or not over.amount:
        return None
    return round(cell.amount / over.amount, 4)
