"""What the queue for a SystmOne unit refuses, to agents and to the team."""

from services.common.errors import Conflict, NotFound


class NoUnitOfYours(NotFound):
    """Only the system that a unit is set up with takes what is to be written into it."""

    field = "/header/Authorization"
    way_out = "Have operations name this system as the agent of a unit in INTEROP_SYSTMONE_WRITES."

    def __init__(self) -> None:
        super().__init__("unit")


class AnswerFirst(Conflict):
    """One at a time, so that a PC that fails over each entry leaves one that nobody knows of, and not all of them."""

    field = "/body/device"
    way_out = (
        "Report what became of the entry that this PC has. If its take_id is lost, wait until its lease is over, or ask"
        " with the Idempotency-Key by which it was taken."
    )

    def __init__(self) -> None:
        super().__init__("This PC has an entry of which it has not said what became of it.")


class TakeIsOver(Conflict):
    """An entry that was answered for, settled or given up is not handed out again, or it would be written again."""

    field = "/header/Idempotency-Key"
    way_out = "Make a new key to take the next entry. Write nothing of the one that was taken by this key."

    def __init__(self) -> None:
        super().__init__("What was taken by this key is no longer yours to write.")


class NotYourTake(Conflict):
    """Only who was handed an entry knows what became of it."""

    field = "/body/take_id"
    way_out = (
        "Report with the take_id that came with the entry, signed in as the system that took it. If you wrote an entry"
        " and have lost its take_id, report nothing: the lease ends, and the team looks into SystmOne."
    )

    def __init__(self) -> None:
        super().__init__("This entry was not handed to you by this take.")


class OutcomeToldBefore(Conflict):
    """The first word about a take stands: a second one that differs cannot be told from a mistake."""

    field = "/body/outcome"
    way_out = "Tell the team: somebody looks into SystmOne and settles the entry."

    def __init__(self) -> None:
        super().__init__("Another outcome of this take was reported before.")


class WithAnAgent(Conflict):
    field = "/path/unit_entry_id"
    way_out = "Wait for the agent: at `until_at` at the latest the entry is written, refused, waiting or unknown."

    def __init__(self) -> None:
        super().__init__("An agent has this entry at the moment.")


class LookThereFirst(Conflict):
    """What may be in SystmOne is not sent again before somebody has looked, so that nothing is written twice."""

    field = "/path/unit_entry_id"
    way_out = "Look into SystmOne, then settle the entry: `there`, or `not_there`, by which it waits again."

    def __init__(self) -> None:
        super().__init__("This entry is, or may be, in SystmOne.")
