"""Why a visit cannot be planned, or cannot change as it was asked to."""

from datetime import timedelta

from services.common.errors import Conflict, Forbidden, Unprocessable


class VisitNoLongerPlanned(Conflict):
    """What has begun, was done or was cancelled is not moved, confirmed or cancelled any more."""

    field = "/path/visit_id"
    way_out = "Read the visit to see what became of it, and plan a new one if the client needs it."

    def __init__(self, status: str) -> None:
        super().__init__(f"This visit is no longer planned: {status.replace('_', ' ')}.")


class VisitNoLongerOpen(Conflict):
    """Of what has ended, or was cancelled, nobody waits at a door."""

    field = "/path/visit_id"
    way_out = "Read the visit to see what became of it; a care contact says what was done."

    def __init__(self, status: str) -> None:
        super().__init__(f"This visit has ended: {status.replace('_', ' ')}.")


class NotYetMissed(Conflict):
    """Until its time has come, a visit that will not take place is cancelled."""

    field = "/path/visit_id"
    way_out = "Cancel the visit, or move it; it can be called missed once its time has come."

    def __init__(self) -> None:
        super().__init__("The time of this visit has not come yet.")


class VisitNotYetDue(Conflict):
    """A visit of another day or hour was touched by mistake."""

    field = "/path/visit_id"
    way_out = "Name the visit of this hour; move this one first, if it is made earlier than planned."

    def __init__(self, ahead: timedelta) -> None:
        minutes = ahead // timedelta(minutes=1)
        super().__init__(f"This visit is not due yet: it begins at the earliest {minutes} minutes ahead of its time.")


class NotYourVisit(Forbidden):
    """Whoever is at the door says so; nobody says it for them."""

    field = "/path/visit_id"
    way_out = "Ask whoever makes the visit, or move it to yourself first."

    def __init__(self) -> None:
        super().__init__("Only whoever makes this visit says that it begins, or that nobody answers.")


class NurseAlreadyBooked(Conflict):
    """Nobody is at two places at once, whether visiting or coming along."""

    field = "/body/starts_at"
    way_out = "Choose a time at which everybody who visits is free, or ask a colleague."

    def __init__(self) -> None:
        super().__init__("Somebody who would visit has another visit at that time.")


class ClientAlreadyVisited(Conflict):
    """A client has one visit at a time; a second pair of hands comes along on the same visit."""

    field = "/body/starts_at"
    way_out = "Choose another time, or name the second person in accompanied_by of the visit that is there."

    def __init__(self) -> None:
        super().__init__("This client already has a visit at that time.")


# Which refusal each of the database's own rules stands for.
CLASHES = {"visit_one_at_a_time": ClientAlreadyVisited, "attendance_one_at_a_time": NurseAlreadyBooked}


class PlanOfAnotherClient(Unprocessable):
    field = "/body/visit_plan_id"
    way_out = "Name a visit plan of this client and this team, or leave visit_plan_id out."

    def __init__(self) -> None:
        super().__init__("This visit plan is not one of this client's with this team.")
