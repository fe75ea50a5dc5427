"""Getting in: a referral and what is asked about it, by whichever way it comes, and whole caseloads taken over."""

from services.caseload.usecases.getting_in.ask_back import (
    Thread,
    ask_referrer,
    read_thread,
    record_reply,
)
from services.caseload.usecases.getting_in.criteria import (
    change_referral_criteria,
    list_referral_criteria,
    read_referral_criteria,
)
from services.caseload.usecases.getting_in.open_door import (
    give_referral_link,
    list_referral_links,
    look_at_link,
    look_at_referral,
    read_referral_link,
    refer_by_link,
    withdraw_referral_link,
)
from services.caseload.usecases.getting_in.refer import (
    accept_referral,
    not_take_referral,
    receive_inbound_referral,
    receive_referral,
    remember_decision,
)
from services.caseload.usecases.getting_in.take_over import (
    Counted,
    begin_transfer,
    close_transfer,
    leave_client_out,
    list_clients_to_transfer,
    list_transfers,
    read_transfer,
    read_transferred_client,
    review_transfer,
    take_client_over,
)

__all__ = [
    "Counted",
    "Thread",
    "accept_referral",
    "ask_referrer",
    "begin_transfer",
    "change_referral_criteria",
    "close_transfer",
    "give_referral_link",
    "leave_client_out",
    "list_clients_to_transfer",
    "list_referral_criteria",
    "list_referral_links",
    "list_transfers",
    "look_at_link",
    "look_at_referral",
    "not_take_referral",
    "read_referral_criteria",
    "read_referral_link",
    "read_thread",
    "read_transfer",
    "read_transferred_client",
    "receive_inbound_referral",
    "receive_referral",
    "record_reply",
    "refer_by_link",
    "remember_decision",
    "review_transfer",
    "take_client_over",
    "withdraw_referral_link",
]
