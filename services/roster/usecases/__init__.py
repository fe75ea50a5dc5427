"""What roster can be asked to do: one public function for each sentence a nurse, a coach or an integrator says."""

from services.roster.usecases.figures import continuity_of_team, team_ratio, time_summary
from services.roster.usecases.hear import remember_care_contact, remember_standing
from services.roster.usecases.need import list_visit_needs, read_visit_need, remember_need
from services.roster.usecases.shift import list_shifts, plan_shift
from services.roster.usecases.skill import end_skill, list_skills, say_skill
from services.roster.usecases.visit import cancel_visit, move_visit, plan_visit, read_visit, visits_of_day
from services.roster.usecases.visit_plan import list_visit_plans, set_visit_plan

__all__ = [
    "cancel_visit",
    "continuity_of_team",
    "end_skill",
    "list_shifts",
    "list_skills",
    "list_visit_needs",
    "list_visit_plans",
    "move_visit",
    "plan_shift",
    "plan_visit",
    "read_visit",
    "read_visit_need",
    "remember_care_contact",
    "remember_standing",
    "remember_need",
    "say_skill",
    "set_visit_plan",
    "team_ratio",
    "time_summary",
    "visits_of_day",
]
