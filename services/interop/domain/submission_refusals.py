"""What a submission refuses, each with the way out."""

from services.common.errors import Conflict


class ChangeAlreadyReviewed(Conflict):
    field = "/path/submission_id"
    way_out = "Nothing needs to be done: whoever reviewed it has sent it on."

    def __init__(self) -> None:
        super().__init__("This change has been reviewed already.")


class ChangeSuperseded(Conflict):
    """An older change of a line never overwrites a newer one at the council."""

    field = "/path/submission_id"
    way_out = "Review the newest change of this line, listed at /interop/v1/care-plan-changes."

    def __init__(self) -> None:
        super().__init__("The plan's line has changed again since.")


class SeatEnded(Conflict):
    """Without a seat that shares the plan nothing is put right, nor sent again."""

    field = "/path/submission_id"
    way_out = "Ask the client's team for a seat that shares the social care lines of the plan."

    def __init__(self) -> None:
        super().__init__("The client does not share their plan with you any more.")


class OfAnotherCouncil(Conflict):
    """A social worker works for one council, and sends nothing into another's system."""

    field = "/path/submission_id"
    way_out = "Ask ops to name you among the reviewers of your own council's connection."

    def __init__(self) -> None:
        super().__init__("It is not known that you work for this council.")


class SubmissionAlreadyAcknowledged(Conflict):
    """What the council has taken into its system is not sent there again."""

    field = "/path/submission_id"
    way_out = "Nothing needs to be done: the council has it. What changes later is a submission of its own."

    def __init__(self) -> None:
        super().__init__("The council has acknowledged this submission.")


class SubmissionOnItsWay(Conflict):
    field = "/path/submission_id"
    way_out = "Wait for the council's answer; without one it is tried again by itself, and waits for you in the end."

    def __init__(self) -> None:
        super().__init__("This submission is on its way.")


class NothingToCorrect(Conflict):
    """The council's case id is put right where the council has rejected something."""

    field = "/path/submission_id"
    way_out = "Look at the submission's state: only what was rejected waits for a correction."

    def __init__(self) -> None:
        super().__init__("The council has not rejected this submission.")


class NoLongerShared(Conflict):
    """What a client no longer shares is not sent, nor sent again."""

    field = "/path/submission_id"
    way_out = "Ask the client. If they agree anew, what changes from then on can be sent."

    def __init__(self) -> None:
        super().__init__("The client no longer shares this with the council.")


class NotToBeKeyed(Conflict):
    """What is copied by hand was reviewed, waits for it, and its pack was opened."""

    field = "/path/submission_id"
    way_out = "Review the change, open its pack at POST /interop/v1/care-plan-changes/{id}/pack, and copy it then."

    def __init__(self) -> None:
        super().__init__("This submission does not wait to be copied into a portal.")
