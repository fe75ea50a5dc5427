"""The rows of `benchmarks.seed`, as COPY takes them: made-up people of made-up teams, seen for three years.

Ids grow with time, and contacts come in the order in which they happened, so that those of one client lie as far apart
as they would. The same day and number of teams make the same rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import NamedTuple

CLIENTS_OF_TEAM, MEMBERS_OF_TEAM = 40, 10
# Teams and nurses are the same whenever it is.
FOUNDED = datetime(2023, 1, 2, tzinfo=UTC)
LASTED = timedelta(days=1096)
DAY, UNIX_DAY = 86400, date(1970, 1, 1).toordinal()
GIVEN = "Ada Alma Arthur Beryl Cyril Doris Edith Elsie Ernest Ethel Fred Gladys Harold Ivy Joan Mabel Nora Olive Percy"
FAMILY = "Ashby Barrow Birkett Braith Calder Dent Fell Garth Hale Holme Keld Lund Marsh Ness Pike Raine Scar Thwaite"
PROBLEMS = (("26", "26.01"), ("24", "24.01"), ("42", "42.01"))
CARE_ACT = (
    '{"findings": [{"ability": "only_with_help", "outcome": "hygiene"}, {"ability": "able", "outcome": "nutrition"}],'
    ' "significant_impact": true, "needs_from_impairment": true}'
)
ACTIVITIES = ("nursing", "personal_care", "reablement", "wider_support", "coordination")
NULL = r"\N"
COLUMNS = {
    "team_member": "team_id employee_id from_on version",
    "referral": "id version changed_at team_id given_name family_name birth_on sex nhs_number nhs_number_status"
    " address_line postcode source kind reason urgency received_at health_need status decided_at decided_by"
    " urgent_reason client_id",
    "client": "id version changed_at team_id given_name family_name birth_on sex nhs_number nhs_number_status"
    " address_line postcode",
    "episode_of_care": "id version changed_at team_id client_id referral_id named_nurse_id deputy_id pathway status"
    " opened_on",
    "assessment": "id version changed_at team_id client_id episode_of_care_id assessed_on assessed_by what_matters"
    " care_act eligible status",
    "client_problem": "id version changed_at team_id client_id episode_of_care_id assessment_id code ownership type"
    " signs",
    "omaha_rating": "id team_id problem_id occasion knowledge behavior status edition rated_by rated_at",
    "care_plan": "id version changed_at team_id client_id episode_of_care_id client_words expected_visits ends_on"
    " status agreed_how agreed_on written_by",
    "care_plan_line": "id team_id care_plan_id position domain intervention words written_by",
    "wound": "id version changed_at team_id client_id episode_of_care_id site",
    "wound_measurement": "id team_id wound_id measured_at measured_by length_mm width_mm area_mm2",
    "care_contact": "id version changed_at team_id client_id episode_of_care_id referral_id employee_id recorded_by"
    " channel started_at minutes interventions",
    "care_activity": "id team_id care_contact_id position activity_type minutes",
    "note": "id team_id care_contact_id words written_by written_at",
}
# Each kind of thing has a number of its own in its ids.
KINDS = {name: number for number, name in enumerate(("team", "employee", *COLUMNS))}


def id_of(kind: str, number: int, at: datetime = FOUNDED) -> str:
    """A UUIDv7 of this instant, which is this thing's for ever."""
    stamp = f"{int(at.timestamp() * 1000):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{KINDS[kind]:03x}-8000-{number:012x}"


def nhs_number(number: int) -> str:
    """One of the range that is kept for tests, with its check digit; some have none and are passed over."""
    digits = f"999{number:06d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return NULL if check == 10 else f"{digits}{check % 11}"


@dataclass(frozen=True)
class Person:
    """One client, as every row about them needs it."""

    number: int
    team: int
    # Which client of the team's this is.
    turn: int
    named: int
    deputy: int
    given: str
    family: str
    born: date
    came: datetime

    @property
    def team_id(self) -> str:
        return id_of("team", self.team)

    @property
    def client_id(self) -> str:
        return id_of("client", self.number, self.came)

    def of(self, kind: str) -> str:
        return id_of(kind, self.number, self.came)

    @property
    def nurse_id(self) -> str:
        return id_of("employee", self.named)

    @property
    def deputy_id(self) -> str:
        return id_of("employee", self.deputy)


def people(teams: int, today: date) -> list[Person]:
    """The clients in the order in which they were taken on, of all teams in turn, three years before today."""
    first = datetime.combine(today, time(9), tzinfo=UTC) - LASTED - timedelta(days=3)
    dice, given, family = Random(5), GIVEN.split(), FAMILY.split()
    found = []
    for number in range(teams * CLIENTS_OF_TEAM):
        team, turn = number % teams, number // teams
        nurse = team * MEMBERS_OF_TEAM + turn % MEMBERS_OF_TEAM
        deputy = team * MEMBERS_OF_TEAM + (turn + 1) % MEMBERS_OF_TEAM
        born = date(1926, 1, 1) + timedelta(days=dice.randrange(14000))
        came = first + timedelta(seconds=number)
        found.append(Person(number, team, turn, nurse, deputy, dice.choice(given), dice.choice(family), born, came))
    return found


def members(teams: int) -> Iterator[str]:
    for number in range(teams * MEMBERS_OF_TEAM):
        team = number // MEMBERS_OF_TEAM
        yield f"{id_of('team', team)}\t{id_of('employee', number)}\t2023-01-02\t1"


def _details(one: Person) -> str:
    number = nhs_number(one.number)
    status = "07" if number == NULL else "01"
    return f"{one.given}\t{one.family}\t{one.born}\tunknown\t{number}\t{status}\t{one.number} Example Lane\tLA14 1AA"


def of_people(everybody: list[Person]) -> dict[str, Iterable[str]]:
    """What is told of a client once, by table."""
    return {
        "referral": (
            f"{one.of('referral')}\t2\t{one.came}\t{one.team_id}\t{_details(one)}\tgp\treferral\tLeg ulcer"
            f"\troutine\t{one.came}\tt\taccepted\t{one.came}\t{one.nurse_id}\tBleeding\t{one.client_id}"
            for one in everybody
        ),
        "client": (f"{one.client_id}\t1\t{one.came}\t{one.team_id}\t{_details(one)}" for one in everybody),
        "episode_of_care": (
            f"{one.of('episode_of_care')}\t1\t{one.came}\t{one.team_id}\t{one.client_id}\t{one.of('referral')}"
            f"\t{one.nurse_id}\t{one.deputy_id}\tlong_term\tactive\t{one.came.date()}"
            for one in everybody
        ),
        "assessment": (
            f"{one.of('assessment')}\t1\t{one.came}\t{one.team_id}\t{one.client_id}\t{one.of('episode_of_care')}"
            f"\t{one.came.date()}\t{one.nurse_id}\tTo walk to the village hall on Thursdays\t{CARE_ACT}\tt\tcomplete"
            for one in everybody
        ),
        "care_plan": (
            f"{one.of('care_plan')}\t2\t{one.came}\t{one.team_id}\t{one.client_id}\t{one.of('episode_of_care')}"
            f"\tI want my leg healed\t12\t{_plan_ends(one)}\tagreed\tin_person\t{one.came.date()}\t{one.nurse_id}"
            for one in everybody
        ),
        "wound": (
            f"{one.of('wound')}\t1\t{one.came}\t{one.team_id}\t{one.client_id}\t{one.of('episode_of_care')}\tHeel"
            for one in everybody
            if one.turn % 4 == 0
        ),
    }


def _plan_ends(one: Person) -> date:
    """One plan in eight is over."""
    return (one.came + LASTED + timedelta(days=-20 if one.turn % 8 == 7 else 3650)).date()


def parts(everybody: list[Person]) -> dict[str, Iterable[str]]:
    """What is told of a client several times: three problems rated twice, four lines of a plan, four measurings."""
    problems = [(one, part, 3 * one.number + part) for one in everybody for part in range(3)]
    lines = ((one, part) for one in everybody for part in range(4))
    wounds = ((one, part) for one in everybody if one.turn % 4 == 0 for part in range(4))
    rated = ((one, part, number, later) for one, part, number in problems for later in (0, 1))
    return {
        "client_problem": (
            f"{id_of('client_problem', number, one.came)}\t1\t{one.came}\t{one.team_id}\t{one.client_id}"
            f"\t{one.of('episode_of_care')}\t{one.of('assessment')}\t{PROBLEMS[part][0]}\tindividual\tactual"
            f"\t{{{PROBLEMS[part][1]}}}"
            for one, part, number in problems
        ),
        "omaha_rating": (
            f"{id_of('omaha_rating', 2 * number + later, one.came)}\t{one.team_id}"
            f"\t{id_of('client_problem', number, one.came)}\t{('admission', 'interim')[later]}\t3\t3"
            f"\t{min(5, (one.turn + part) % 4 + 1 + later)}\t2005\t{one.nurse_id}"
            f"\t{one.came + timedelta(days=90 * later)}"
            for one, part, number, later in rated
        ),
        "care_plan_line": (
            f"{id_of('care_plan_line', 4 * one.number + part, one.came)}\t{one.team_id}\t{one.of('care_plan')}\t{part}"
            f"\t{('nursing', 'social_care')[part % 2]}\t02.14\tHelp to wash, mornings\t{one.nurse_id}"
            for one, part in lines
        ),
        "wound_measurement": (
            f"{id_of('wound_measurement', 4 * one.number + part, one.came)}\t{one.team_id}\t{one.of('wound')}"
            f"\t{one.came + timedelta(days=30 * part)}\t{one.nurse_id}\t{40 - part}\t{30 - part}"
            f"\t{(40 - part) * (30 - part)}"
            for one, part in wounds
        ),
    }


class Visit(NamedTuple):
    """One contact: with which client, the how manyth of all, when, and how its ids begin, which they all do alike."""

    one: Person
    number: int
    at: str
    stamp: str

    def of(self, kind: int) -> str:
        return f"{self.stamp}-7{kind:03x}-8000-{self.number:012x}"


def visits(everybody: list[Person], contacts: int) -> Iterator[Visit]:
    """Who was seen when: everybody in turn, again and again. One client in ten was not seen for weeks.

    In whole numbers and ready-made words, for there are ten million.
    """
    clock = [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+00" for second in range(DAY)]
    day_of = cache(lambda number: str(date.fromordinal(UNIX_DAY + number)))
    first = round(everybody[0].came.timestamp()) + 2 * DAY
    whole, numbers = LASTED.days * DAY * 1000, count()
    for turn in range(contacts):
        is_late = turn * whole // contacts > whole - 40 * DAY * 1000
        for place, one in enumerate(everybody):
            ms = first * 1000 + (turn * len(everybody) + place) * whole // (contacts * len(everybody))
            ms -= 60 * DAY * 1000 if is_late and one.turn % 10 == 3 else 0
            number, second = divmod(ms // 1000, DAY)
            yield Visit(one, next(numbers), f"{day_of(number)} {clock[second]}", f"{ms >> 16:08x}-{ms & 0xFFFF:04x}")


def contact_rows(everybody: list[Person], contacts: int) -> Iterator[str]:
    kind = KINDS["care_contact"]
    about = [
        f"{one.team_id}\t{one.client_id}\t{one.of('episode_of_care')}\t{one.of('referral')}\t{one.nurse_id}\t{one.nurse_id}"
        for one in everybody
    ]
    for visit in visits(everybody, contacts):
        what = f"in_person\t{visit.at}\t{20 + visit.number % 41}\t{{02.14}}"
        yield f"{visit.of(kind)}\t1\t{visit.at}\t{about[visit.one.number]}\t{what}"


def activity_rows(everybody: list[Person], contacts: int) -> Iterator[str]:
    kind, of_contact, teams = KINDS["care_activity"], KINDS["care_contact"], [one.team_id for one in everybody]
    for visit in visits(everybody, contacts):
        what = f"0\t{ACTIVITIES[visit.number % 5]}\t{20 + visit.number % 41}"
        yield f"{visit.of(kind)}\t{teams[visit.one.number]}\t{visit.of(of_contact)}\t{what}"


def note_rows(everybody: list[Person], contacts: int) -> Iterator[str]:
    """A note on every tenth contact."""
    kind, of_contact = KINDS["note"], KINDS["care_contact"]
    for visit in visits(everybody, contacts):
        if (visit.number + visit.number // len(everybody)) % 10 == 0:
            what = f"Wound clean and dry\t{visit.one.nurse_id}\t{visit.at}"
            yield f"{visit.of(kind)}\t{visit.one.team_id}\t{visit.of(of_contact)}\t{what}"
