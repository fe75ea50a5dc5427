"""Leaving the team's care, for a while or for good: never without advice, somebody to ring and a way back."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from services.common.errors import Conflict, Unprocessable
from services.common.types import Input, Name, PastDay, Words


class DischargeReason(StrEnum):
    """Why care ended."""

    GOALS_MET = "goals_met"
    STEPPED_DOWN = "stepped_down"
    MOVED_AWAY = "moved_away"
    CARE_HOME = "care_home"
    ANOTHER_SERVICE = "another_service"
    CLIENT_ASKED = "client_asked"
    DIED = "died"


class PauseReason(StrEnum):
    """Why nobody is visited for a while."""

    IN_HOSPITAL = "in_hospital"
    AWAY = "away"


class Discharge(Input):
    """What the client leaves with: what to look out for, whom to ring, and how to come back."""

    ended_on: PastDay
    reason: DischargeReason
    safety_net: Words | None = None
    ring: Name | None = None
    come_back: Words | None = None

    @model_validator(mode="after")
    def _nobody_is_left_alone(self) -> Self:
        advice = (self.safety_net, self.ring, self.come_back)
        if self.reason is not DischargeReason.DIED and None in advice:
            raise ValueError("say what to look out for (safety_net), whom to ring, and how to come_back")
        return self


class Pause(Input):
    reason: PauseReason
    paused_on: PastDay


class Resumption(Input):
    resumed_on: PastDay


class EpisodeAlreadyEnded(Conflict):
    """Care that ended is taken up again by a new referral, which anybody may make."""

    field = "/path/episode_of_care_id"
    way_out = "Refer the client again, and take them on anew."

    def __init__(self) -> None:
        super().__init__("This episode of care has ended.")


class NotInCareThen(Conflict):
    """What is recorded of a client happened while they were in care."""

    field = "/body/episode_of_care_id"
    way_out = "Check the day; somebody who came back has a newer episode of care."

    def __init__(self, field: str = field) -> None:
        super().__init__("This episode of care had ended by that day.", field=field)


class EpisodeNotActive(Conflict):
    field = "/path/episode_of_care_id"
    way_out = "Read the episode: it is paused already, or has ended."

    def __init__(self) -> None:
        super().__init__("Only an active episode of care can be paused.")


class EpisodeNotPaused(Conflict):
    field = "/path/episode_of_care_id"
    way_out = "Read the episode: it goes on already, or has ended."

    def __init__(self) -> None:
        super().__init__("Only a paused episode of care can be resumed.")


class BeforeItBegan(Unprocessable):
    """An episode of care begins, pauses, goes on and ends in this order."""

    field = "/body"
    way_out = "Correct the day: it lies before the episode was opened or paused."

    def __init__(self) -> None:
        super().__init__("That day lies before the episode of care had come so far.")
