"""A second pair of hands: two people visit together, and everybody knows why."""

from enum import StrEnum
from uuid import UUID

from services.common.errors import Conflict, Unprocessable

COMPANY = "/body/accompanied_by"


class SecondHand(StrEnum):
    """Why two people are needed. What lifts somebody safely is not saved on."""

    MOVING_HANDLING = "moving_handling"
    SAFETY = "safety"
    TRAINING = "training"
    EFFICIENCY = "efficiency"


class SecondHandWithoutReason(Unprocessable):
    """Two people at one door are half as many elsewhere, so the team says why."""

    field = "/body/second_hand_reason"
    way_out = f"Say in second_hand_reason why two are needed: {', '.join(SecondHand)}."

    def __init__(self) -> None:
        super().__init__("Somebody comes along, and nothing says why.")


class SecondHandNeeded(Conflict):
    """Whoever has to be lifted by two is not lifted by one because it suits the day."""

    field = COMPANY
    way_out = "Name the second person in accompanied_by, or another time at which two can come."

    def __init__(self) -> None:
        super().__init__("Two people are needed at this visit.")


def reason_of(accompanied_by: UUID | None, said: str | None, *, needs_two: bool) -> str | None:
    """What stands with the visit: why two come, and nothing where one comes.

    Raises `SecondHandNeeded` or `SecondHandWithoutReason`.
    """
    if accompanied_by is None:
        if needs_two:
            raise SecondHandNeeded
        return None
    if said is None:
        raise SecondHandWithoutReason
    return said
