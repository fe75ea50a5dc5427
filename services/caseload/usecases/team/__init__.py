"""What can be done about a team and whom it serves: who cares for whom, whom it reaches, what became of them."""

from services.caseload.usecases.team.care_team import (
    hand_client_on,
    name_lead,
    put_in_sub_team,
    read_care_team,
    read_episode,
)

__all__ = ["hand_client_on", "name_lead", "put_in_sub_team", "read_care_team", "read_episode"]
