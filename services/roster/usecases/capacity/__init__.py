"""What a team can still take on: the weeks ahead, what if, and the posts that are vacant."""

from services.roster.usecases.capacity.ahead import weeks_ahead
from services.roster.usecases.capacity.vacancy import fill_vacancy, list_vacancies, tell_of_vacancy
from services.roster.usecases.capacity.what_if import what_if

__all__ = ["fill_vacancy", "list_vacancies", "tell_of_vacancy", "weeks_ahead", "what_if"]
