"""Roster's own settings: who knows the roads."""

from services.common.settings import ServiceSettings


class RosterSettings(ServiceSettings):
    """`ROSTER_OSRM_URL` is a router of the organisation's own (OSRM); without one, travel is estimated."""

    osrm_url: str = ""
