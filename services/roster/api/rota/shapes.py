"""How a rota, its versions and what is said of them are shown."""

from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer


class WantedShape(Answer):
    kind: str
    code: str
    people: int


class NeedShape(Answer):
    code: str
    days: list[str]
    day_on: date | None
    people: int
    of: list[WantedShape]


class RotaShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    from_on: date
    to_on: date
    state: str
    withdrawn_because: str | None
    needs: list[NeedShape]


class PartShape(Answer):
    kind: str
    starts_minute: int
    ends_minute: int
    unpaid_break_minutes: int


class DutyTypeShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    code: str
    parts: list[PartShape]
    from_on: date
    until_on: date | None


class VersionShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    rota_id: UUID
    number: int
    origin: str
    parent_id: UUID | None
    state: str
    rules_as_of: date
    input_hash: str | None
    seed: int | None
    job_id: UUID | None
    points: int | None
    breaches: int | None
    made_by: UUID | None
    proposed_at: datetime | None
    published_at: datetime | None
    urgency: str | None
    reason: str | None


class DutyShape(Answer):
    employee_id: UUID
    day_on: date
    code: str
    starts_at: datetime
    ends_at: datetime
    pinned: bool


class ResponseShape(Answer):
    id: UUID
    version: int
    rota_version_id: UUID
    employee_id: UUID
    answer: str
    reason: str | None
    about: str | None
    duties: list[date]
    answered_at: datetime
    withdrawn_at: datetime | None


class DecisionShape(Answer):
    id: UUID
    meeting_on: date
    present: list[UUID]
    facilitator_id: UUID | None
    decision_id: UUID | None
    quorum_have: int
    quorum_of: int
    recorded_by: UUID | None


class ConsentShape(Answer):
    """`needed` of the members have to be there. `silent` are those who have not answered yet."""

    members: list[UUID]
    needed: int
    consenting: list[UUID]
    living_with: int
    objecting: list[UUID]
    silent: list[UUID]


class WholeVersionShape(Answer):
    rota_version: VersionShape
    duties: list[DutyShape]
    responses: list[ResponseShape]
    decision: DecisionShape | None
    consent: ConsentShape


class ChangedShape(Answer):
    """Without a code it was, or becomes, a day off."""

    employee_id: UUID
    day_on: date
    was: str | None
    becomes: str | None


class DifferenceShape(Answer):
    items: list[ChangedShape]


class MatchShape(Answer):
    """In `words` the people are {0}, {1} and so on, in the order of the rota's members."""

    employee_ids: list[UUID]
    days: list[date]
    points: int
    words: str


class RuleShape(Answer):
    code: str
    price: int
    points: int
    matches: list[MatchShape]


class BreachShape(Answer):
    law: str
    employee_id: UUID | None
    days: list[date]
    missing_minutes: int
    rest_owed_minutes: int
    words: str


class ShareShape(Answer):
    """Of nights, weekend days and minutes what somebody has, beside their share; shares of days are in hundredths."""

    employee_id: UUID
    nights: int
    nights_share: int | None
    weekend_days: int
    weekend_days_share: int
    minutes: int
    minutes_share: int


class ScoreShape(Answer):
    points: int
    rules: list[RuleShape]
    breaches: list[BreachShape]
    shares: list[ShareShape]
