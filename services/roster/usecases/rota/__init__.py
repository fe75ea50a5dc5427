"""A rota that a team agrees: its days and duties, versions, answers, the decision, and what publishing it does."""

from services.roster.usecases.rota.consent import decide_rota, remember_decision, respond_to_rota, withdraw_response
from services.roster.usecases.rota.load import problem_of, score_of
from services.roster.usecases.rota.period import (
    abandon_rota,
    close_rota,
    end_duty_type,
    list_duty_types,
    list_rotas,
    make_rota,
    read_rota,
    set_duty_type,
    set_needs,
)
from services.roster.usecases.rota.publish import amend_rota, publish_rota
from services.roster.usecases.rota.version import (
    WholeVersion,
    difference_of,
    draft_rota,
    list_versions,
    propose_rota,
    read_version,
    set_duties,
    withdraw_rota,
)

__all__ = [
    "WholeVersion",
    "abandon_rota",
    "amend_rota",
    "close_rota",
    "decide_rota",
    "difference_of",
    "draft_rota",
    "end_duty_type",
    "list_duty_types",
    "list_rotas",
    "list_versions",
    "make_rota",
    "problem_of",
    "propose_rota",
    "publish_rota",
    "read_rota",
    "read_version",
    "remember_decision",
    "respond_to_rota",
    "score_of",
    "set_duties",
    "set_duty_type",
    "set_needs",
    "withdraw_response",
    "withdraw_rota",
]
