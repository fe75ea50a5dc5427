"""What hr can be asked to do: one public function for each sentence that HR, a nurse or a coach says."""

from services.hr.usecases.belong import (
    end_team_membership,
    join_team,
    read_colleague,
    read_team_membership,
    rejoin_team,
    team_members,
)
from services.hr.usecases.check import progress_dbs_check, read_dbs_check, start_dbs_check, waiting
from services.hr.usecases.contract import (
    agree_contract,
    contracts_ending,
    list_contracts,
    read_contract,
    recall_secondee,
)
from services.hr.usecases.employ import employ, list_employees, read_employee
from services.hr.usecases.hours import hours_of_team, remember_contact, remember_shift
from services.hr.usecases.opt_out import end_opt_out, list_opt_outs, opt_out, read_opt_out
from services.hr.usecases.sign_off import (
    list_competencies,
    read_competency,
    sign_off_competency,
    withdraw_competency,
)
from services.hr.usecases.tell_staff import tell_staff, written

__all__ = [
    "agree_contract",
    "contracts_ending",
    "employ",
    "end_opt_out",
    "end_team_membership",
    "hours_of_team",
    "join_team",
    "list_competencies",
    "list_contracts",
    "list_employees",
    "list_opt_outs",
    "opt_out",
    "progress_dbs_check",
    "read_colleague",
    "read_competency",
    "read_contract",
    "read_dbs_check",
    "read_employee",
    "read_opt_out",
    "read_team_membership",
    "recall_secondee",
    "rejoin_team",
    "remember_contact",
    "remember_shift",
    "sign_off_competency",
    "start_dbs_check",
    "team_members",
    "tell_staff",
    "waiting",
    "withdraw_competency",
    "written",
]
