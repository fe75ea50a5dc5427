"""Review: how a person ends what waits for them, and what keeps one from ending it alone, or by a guess."""

from enum import StrEnum

from services.common.errors import ServiceError, Unprocessable
from services.common.types import Input, PastInstant, Words


class Decision(StrEnum):
    """How a person ended what was kept for them."""

    TAKEN_IN = "taken_in"
    SET_ASIDE = "set_aside"


class SetAside(Input):
    reason: Words


class TakingIn(Input):
    """`happened_at` is for what came from a clock that cannot be believed: when it was done, as whoever did it says."""

    happened_at: PastInstant | None = None


class AlreadySettled(ServiceError):
    status = 409
    field = "/path/review_id"
    way_out = "Nothing needs to be done: somebody of the team has settled it."

    def __init__(self) -> None:
        super().__init__("This has been settled.")


class AnotherHasToLook(ServiceError):
    """A second person takes in, or sets aside, what is late or is said for somebody else: never whoever sent it."""

    status = 403
    field = "/path/review_id"
    way_out = "Ask another member of the team to take it in or set it aside, or whoever did it."

    def __init__(self) -> None:
        super().__init__("Whoever sent this does not settle it.")


class TimeNeeded(Unprocessable):
    """What cannot have happened when its clock said is not guessed at."""

    field = "/body/happened_at"
    way_out = "Ask whoever did it when that was, and send it as happened_at."

    def __init__(self) -> None:
        super().__init__("The device's clock said a time that cannot be right.")


class StillUnknown(ServiceError):
    """What a newer app says is taken in by a release that knows it."""

    status = 409
    field = "/path/review_id"
    way_out = "Leave it: it is kept. Ask operations for the newer release, or set it aside with a reason."

    def __init__(self) -> None:
        super().__init__("This release does not know such an operation.")
