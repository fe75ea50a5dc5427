"""The codes of roster's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    """Shares of contracted time, what is late, what a team can take on and what it must not fall below."""

    CLIENT_FACING_TARGET = "time.client_facing_target"
    FULL_TIME_WEEK = "time.full_time_week"
    LATE_AFTER = "visit.late_after"
    START_AHEAD = "visit.start_ahead"
    SERIES_AHEAD = "visit.series_ahead"
    INDIRECT_SHARE = "time.indirect_share"
    TRAVEL_PER_VISIT = "capacity.travel_per_visit"
    AMBER_ABOVE = "capacity.amber_above"
    RED_ABOVE = "capacity.red_above"
    HAND_ON_DAYS = "capacity.hand_on_days"
    FLOOR_WTE = "floor.wte"
    PRICE_OF_BUDDY = "rounds.price.buddy"
    PRICE_OF_OTHER = "rounds.price.other"
    NIGHT_FROM = "rota.night_from"
    NIGHT_UNTIL = "rota.night_until"
    CLIENTS_PER_WTE = "qni.clients_per_wte"
