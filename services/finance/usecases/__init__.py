"""What finance can be asked to do: one public function for each sentence that finance, a nurse or an event says."""

from services.finance.usecases.activity import record_activity, remember_contract
from services.finance.usecases.budget import (
    agree_budget,
    list_budgets,
    read_budget,
    record_invoiced,
    record_paid,
)
from services.finance.usecases.means_test import (
    ask_for_decisions,
    ask_for_financial_assessment,
    decide_reablement,
    list_financial_assessments,
    list_weeks_of_care,
    read_financial_assessment,
    read_reablement_episode,
    record_outcome,
)
from services.finance.usecases.overhead import overheads_of_month
from services.finance.usecases.reablement import end_reablement, start_reablement
from services.finance.usecases.read import (
    costs_of_activity,
    list_activity_lines,
    list_rates,
    list_reablement_episodes,
    reablement_summary,
)

__all__ = [
    "agree_budget",
    "ask_for_decisions",
    "ask_for_financial_assessment",
    "costs_of_activity",
    "end_reablement",
    "decide_reablement",
    "list_activity_lines",
    "list_budgets",
    "list_financial_assessments",
    "list_rates",
    "list_reablement_episodes",
    "list_weeks_of_care",
    "overheads_of_month",
    "reablement_summary",
    "read_budget",
    "read_financial_assessment",
    "read_reablement_episode",
    "record_activity",
    "record_invoiced",
    "record_outcome",
    "record_paid",
    "remember_contract",
    "start_reablement",
]
