"""What caseload can be asked to do: one public function for each sentence a nurse, a coach or an integrator says."""

from services.caseload.usecases.ask_back import Thread, ask_referrer, read_thread, record_reply
from services.caseload.usecases.assess import complete_assessment, rate_problem, read_assessment, start_assessment
from services.caseload.usecases.contact import add_note, find_wound, measure_wound, read_wound, record_care_contact
from services.caseload.usecases.criteria import (
    change_referral_criteria,
    list_referral_criteria,
    read_referral_criteria,
)
from services.caseload.usecases.emergency import (
    break_glass,
    list_break_glass,
    read_break_glass,
    read_through_broken_glass,
    review_break_glass,
)
from services.caseload.usecases.expect import client_copy, list_overrun_plans
from services.caseload.usecases.host import (
    invite_guest,
    list_guest_seats,
    list_shared_clients,
    read_guest_seat,
    read_shared_client,
    withdraw_guest_seat,
)
from services.caseload.usecases.leave import (
    discharge_client,
    list_stale_episodes,
    pause_episode,
    read_episode,
    resume_episode,
)
from services.caseload.usecases.open_door import (
    give_referral_link,
    list_referral_links,
    look_at_link,
    read_referral_link,
    refer_by_link,
    withdraw_referral_link,
)
from services.caseload.usecases.plan import agree_care_plan, change_line, draft_care_plan, read_care_plan
from services.caseload.usecases.read import (
    access_report,
    access_report_elsewhere,
    client_record,
    list_clients,
    list_referrals,
    not_taken_summary,
    outcomes_of_team,
    read_referral,
    review_figures,
    search_client,
)
from services.caseload.usecases.refer import (
    accept_referral,
    not_take_referral,
    receive_inbound_referral,
    receive_referral,
    remember_decision,
)

__all__ = [
    "give_referral_link",
    "list_referral_links",
    "look_at_link",
    "read_referral_link",
    "refer_by_link",
    "withdraw_referral_link",
    "discharge_client",
    "list_stale_episodes",
    "pause_episode",
    "read_episode",
    "resume_episode",
    "not_taken_summary",
    "client_copy",
    "list_overrun_plans",
    "Thread",
    "ask_referrer",
    "change_referral_criteria",
    "list_referral_criteria",
    "read_referral_criteria",
    "read_thread",
    "record_reply",
    "review_break_glass",
    "read_through_broken_glass",
    "read_break_glass",
    "list_break_glass",
    "break_glass",
    "accept_referral",
    "access_report",
    "access_report_elsewhere",
    "add_note",
    "agree_care_plan",
    "change_line",
    "client_record",
    "complete_assessment",
    "draft_care_plan",
    "find_wound",
    "invite_guest",
    "list_clients",
    "list_guest_seats",
    "list_referrals",
    "list_shared_clients",
    "measure_wound",
    "not_take_referral",
    "outcomes_of_team",
    "rate_problem",
    "read_assessment",
    "read_care_plan",
    "read_guest_seat",
    "read_referral",
    "read_shared_client",
    "read_wound",
    "receive_inbound_referral",
    "receive_referral",
    "record_care_contact",
    "remember_decision",
    "review_figures",
    "search_client",
    "start_assessment",
    "withdraw_guest_seat",
]
