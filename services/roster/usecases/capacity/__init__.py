"""What a team can still take on: the weeks ahead, what if, vacant posts, the floor, and what a leaver hands on."""

from services.roster.usecases.capacity.ahead import weeks_ahead
from services.roster.usecases.capacity.dependency import (
    enter_category,
    list_categories,
    list_dependencies,
    say_dependency,
)
from services.roster.usecases.capacity.floor import check_floor, list_floor_alerts, set_floor, team_floor
from services.roster.usecases.capacity.hand_on import hand_on_list
from services.roster.usecases.capacity.month import sum_months, watch_months
from services.roster.usecases.capacity.sharing import end_capacity_share, list_capacity_shares, share_capacity
from services.roster.usecases.capacity.vacancy import fill_vacancy, list_vacancies, tell_of_vacancy
from services.roster.usecases.capacity.watch import look_at_floors, watch_floors
from services.roster.usecases.capacity.what_if import what_if

__all__ = [
    "check_floor",
    "end_capacity_share",
    "enter_category",
    "fill_vacancy",
    "hand_on_list",
    "list_capacity_shares",
    "list_categories",
    "list_dependencies",
    "list_floor_alerts",
    "list_vacancies",
    "look_at_floors",
    "say_dependency",
    "set_floor",
    "share_capacity",
    "sum_months",
    "team_floor",
    "tell_of_vacancy",
    "watch_floors",
    "watch_months",
    "weeks_ahead",
    "what_if",
]
