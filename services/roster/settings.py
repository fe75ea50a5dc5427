"""Roster's own settings: how much is computed beside its routes, and who knows the roads."""

from pydantic import Field

from services.common.settings import ServiceSettings


class RosterSettings(ServiceSettings):
    """`ROSTER_SOLVER_SLOTS` says how many jobs this process works on at once.

    None where a worker of its own does (`python -m services work roster`), which takes one at least.
    `ROSTER_OSRM_URL` is a router of the organisation's own (OSRM); without one, travel is estimated.
    """

    solver_slots: int = Field(default=0, ge=0, le=16)
    osrm_url: str = ""
