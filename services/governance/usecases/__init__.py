"""What governance can be asked to do: one public function for each sentence a nurse, a coach or a heatshield says."""

from services.governance.usecases.complain import (
    acknowledge_complaint,
    answer_complaint,
    count_complaints,
    learn_from_complaint,
    list_complaints,
    read_complaint,
    receive_complaint,
)
from services.governance.usecases.decide import (
    adopt_decision,
    list_decisions,
    not_adopt_decision,
    raise_decision,
    read_decision,
    take_position,
)
from services.governance.usecases.ground_rule import agree_ground_rule, list_ground_rules
from services.governance.usecases.measure import (
    measure_team,
    remember_answer,
    remember_assessment,
    remember_contact,
    remember_cost,
    remember_emergency,
    remember_episode,
    remember_handover,
    remember_rating,
    remember_referral,
    remember_visit,
)
from services.governance.usecases.obstacle import (
    count_obstacles,
    list_obstacles,
    progress_obstacle,
    raise_obstacle,
    read_obstacle,
)

__all__ = [
    "acknowledge_complaint",
    "adopt_decision",
    "agree_ground_rule",
    "answer_complaint",
    "count_complaints",
    "count_obstacles",
    "learn_from_complaint",
    "list_complaints",
    "list_decisions",
    "list_ground_rules",
    "list_obstacles",
    "measure_team",
    "not_adopt_decision",
    "progress_obstacle",
    "raise_decision",
    "raise_obstacle",
    "read_complaint",
    "read_decision",
    "read_obstacle",
    "receive_complaint",
    "remember_answer",
    "remember_assessment",
    "remember_contact",
    "remember_cost",
    "remember_emergency",
    "remember_episode",
    "remember_handover",
    "remember_rating",
    "remember_referral",
    "remember_visit",
    "take_position",
]
