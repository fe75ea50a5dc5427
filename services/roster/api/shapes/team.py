"""How the team's own figures are shown."""

from datetime import date
from uuid import UUID

from services.common.types import Answer


class ShareShape(Answer):
    """`percent` is rounded to one decimal, and absent where there is nothing to divide by."""

    numerator: int
    denominator: int
    percent: float | None


class RatioShape(Answer):
    """`value` is rounded to one decimal, and absent where there is nothing to divide by."""

    numerator: float
    denominator: float
    value: float | None


class TypeShape(Answer):
    activity_type: str
    minutes: int
    share: ShareShape


class TrendShape(Answer):
    from_on: date
    contracted_minutes: float
    recorded_minutes: int | None
    recorded_share: ShareShape | None


class TimeSummaryShape(Answer):
    """One week in minutes. Shares are of the contracted minutes; `recorded` are the care contacts of the week.

    `client_facing` are recorded minutes with clients, `coordination` those for them. `travel_minutes` are estimated
    from the visits that were planned. `trend` are twelve weeks, `four_weeks_share` the last four of them as one, in
    which protected time had a visit in it as often as `protected_time_overwritten` says. Outside the team what stands
    on few clients is null, and the types are empty where one of them does.
    """

    team_id: UUID
    from_on: date
    to_on: date
    contracted_minutes: float
    standing_minutes: float | None
    standing_share: ShareShape | None
    recorded_minutes: int | None
    recorded_share: ShareShape | None
    recorded_by_type: list[TypeShape]
    meeting_minutes: int
    training_minutes: int
    protected_time_minutes: int
    admin_minutes: int
    target_percent: int | None
    client_facing_minutes: int | None
    coordination_minutes: int | None
    travel_minutes: int | None
    four_weeks_share: ShareShape | None
    trend: list[TrendShape]
    protected_time_overwritten: int


class OwnWeekShape(Answer):
    """One's own week in minutes; `planned_minutes` are those of shifts, without breaks."""

    team_id: UUID
    from_on: date
    to_on: date
    contracted_minutes: float
    planned_minutes: int
    recorded_minutes: int
    recorded_share: ShareShape
    client_facing_minutes: int
    coordination_minutes: int
    meeting_minutes: int
    training_minutes: int
    protected_time_minutes: int
    admin_minutes: int


class ClientContinuityShape(Answer):
    """`upc`, `coc` and `secon` run from 0 to 1. `achievable` are the days with a contact on which the named nurse was
    on shift: no plan could have given the client the named nurse on more of them."""

    client_id: UUID
    contacts: int
    faces: int
    named_or_deputy: ShareShape
    upc: float
    coc: float | None
    secon: float | None
    achievable: ShareShape


class ContinuityShape(Answer):
    """The team's figure by day, and for the team itself the clients it is made of. What was answered at night is
    counted apart. `least_continuous` are the five whom named nurse and deputy saw least of."""

    team_id: UUID
    from_on: date
    to_on: date
    contacts: int | None
    named_or_deputy: ShareShape | None
    night_contacts: int = 0
    least_continuous: list[UUID] = []
    clients: list[ClientContinuityShape] = []


class TeamRatioShape(Answer):
    """Outside the team `clients`, and what stands on them, is null where they are few. Acuity is the team's newest
    review's: the sum of a score from 1 to 5 for each client."""

    team_id: UUID
    as_of: date
    clients: int | None
    members: int
    contracted_minutes: int
    full_time_minutes: int | None
    wte: float | None
    clients_per_member: RatioShape | None
    clients_per_wte: RatioShape | None
    caution_above_clients_per_wte: int | None
    acuity_reviewed_on: date | None
    acuity_total: int | None
    acuity_per_wte: RatioShape | None
