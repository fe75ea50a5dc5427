"""A day as a council took it: the file that it had, and what in it was refused."""

from typing import Annotated
from uuid import UUID

from pydantic import Field as Shape

from services.common.errors import Conflict, NotFound, Unprocessable
from services.common.types import Input, Name
from services.interop.domain.share import SharedField

MOST_REJECTED = 1000
# Of rows, or of minutes of all clients of a council on one day.
Sum = Annotated[int, Shape(strict=True, ge=0, le=1_000_000_000)]


class RejectedFact(Input):
    delivery_id: UUID
    reason: Name


class DayTaken(Input):
    """`sha256`, `rows` and `control_totals` are of the file that was fetched. What is not rejected is acknowledged."""

    sha256: Annotated[str, Shape(pattern=r"^[0-9a-f]{64}$")]
    rows: Sum
    control_totals: dict[SharedField, Sum] = Shape(max_length=10)
    rejected: list[RejectedFact] = Shape(default=[], max_length=MOST_REJECTED)


class NoDailyFile(NotFound):
    """Only the system that one open connection names may fetch, and only where that connection is told so."""

    field = "/path/day"
    way_out = "Have ops see that one open connection, and no more, has the adapter daily_csv and you in refers_as."

    def __init__(self) -> None:
        super().__init__("daily file")


class DayHasChanged(Conflict):
    """What was not fetched as it now stands is not acknowledged: something came, or a client has withdrawn."""

    field = "/body/sha256"
    way_out = "Fetch the day again, load it, and acknowledge that."

    def __init__(self) -> None:
        super().__init__("The day is not, or no more, what this file says.")


class DoesNotAddUp(Unprocessable):
    """The file is ours, and what was read of it is not."""

    field = "/body/rows"
    way_out = "Read the file again: compare with rows and control_totals of the day's manifest."

    def __init__(self, field: str) -> None:
        super().__init__("This is not what the file holds.", field=f"/body/{field}")


class NotOfTheDay(Unprocessable):
    field = "/body/rejected"
    way_out = "Send a delivery_id as it stands in the file."

    def __init__(self, number: int) -> None:
        super().__init__("The file has no such row.", field=f"/body/rejected/{number}/delivery_id")


class AnsweredBefore(Conflict):
    field = "/body/rejected"
    way_out = "Leave the row out: your first answer stands. Tell ops if it was wrong."

    def __init__(self, number: int) -> None:
        super().__init__("You acknowledged this fact before.", field=f"/body/rejected/{number}/delivery_id")
