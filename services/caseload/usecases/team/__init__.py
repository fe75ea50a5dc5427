"""What can be done about a team and whom it serves: who cares for whom, whom it reaches, what became of them."""

from services.caseload.usecases.team.anticipate import (
    answer_contact,
    anticipatory_figures,
    forget_declined,
    list_anticipatory_lists,
    offer_contact,
    read_anticipatory_list,
    read_anticipatory_person,
    receive_anticipatory_list,
    take_up_contact,
)
from services.caseload.usecases.team.at_home import (
    at_home_figures,
    find_discharged,
    list_hospital_discharges,
    people_discharged,
    read_hospital_discharge,
    record_hospital_discharge,
)
from services.caseload.usecases.team.care_team import (
    hand_client_on,
    name_lead,
    put_in_sub_team,
    read_care_team,
)
from services.caseload.usecases.team.reach import (
    change_patch,
    compare_with_patches,
    draw_patch,
    equity_figures,
    list_patches,
    read_patch,
)
from services.caseload.usecases.team.tell import (
    list_case_studies,
    read_case_study,
    tell_case_study,
    withdraw_case_study,
)

__all__ = [
    "answer_contact",
    "anticipatory_figures",
    "at_home_figures",
    "change_patch",
    "compare_with_patches",
    "draw_patch",
    "equity_figures",
    "find_discharged",
    "forget_declined",
    "hand_client_on",
    "list_anticipatory_lists",
    "list_case_studies",
    "list_hospital_discharges",
    "list_patches",
    "name_lead",
    "offer_contact",
    "people_discharged",
    "put_in_sub_team",
    "read_anticipatory_list",
    "read_anticipatory_person",
    "read_care_team",
    "read_case_study",
    "read_hospital_discharge",
    "read_patch",
    "receive_anticipatory_list",
    "record_hospital_discharge",
    "take_up_contact",
    "tell_case_study",
    "withdraw_case_study",
]
