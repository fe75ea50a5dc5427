"""What interop can be asked to do: one public function for each sentence a nurse, a partner, ops or a service says."""

from services.interop.usecases.deliver import deliver_facts
from services.interop.usecases.follow import feed_event, follow_feed, keep_feed_for_a_while
from services.interop.usecases.receive import (
    list_service_endpoints,
    read_inbound_message,
    read_inbound_referral,
    receive_message,
    register_service_endpoint,
)
from services.interop.usecases.refer import read_own_referral, remember_outcome, take_plain_referral
from services.interop.usecases.share import (
    agree_share,
    list_connections,
    list_deliveries,
    list_shares,
    read_connection,
    read_share,
    register_connection,
    tell_councils,
    withdraw_share,
)
from services.interop.usecases.show import (
    Found,
    Visit,
    read_resource,
    search_resources,
    show_record,
    show_referral,
    show_visit,
)
from services.interop.usecases.submit import (
    Change,
    correct_submission,
    list_care_plan_changes,
    list_submissions,
    prepare_submissions,
    read_care_plan_change,
    read_submission,
    resend_submission,
    review_care_plan_change,
    whose_plans_changed,
)
from services.interop.usecases.trail import search_audit_events
from services.interop.usecases.watch import Patience, watch_feed, watch_over

__all__ = [
    "Change",
    "Found",
    "Patience",
    "Visit",
    "agree_share",
    "correct_submission",
    "deliver_facts",
    "feed_event",
    "follow_feed",
    "keep_feed_for_a_while",
    "list_care_plan_changes",
    "list_connections",
    "list_deliveries",
    "list_service_endpoints",
    "list_shares",
    "list_submissions",
    "prepare_submissions",
    "read_care_plan_change",
    "read_connection",
    "read_inbound_message",
    "read_inbound_referral",
    "read_own_referral",
    "read_resource",
    "read_share",
    "read_submission",
    "receive_message",
    "register_connection",
    "register_service_endpoint",
    "remember_outcome",
    "resend_submission",
    "review_care_plan_change",
    "search_audit_events",
    "search_resources",
    "show_record",
    "show_referral",
    "show_visit",
    "take_plain_referral",
    "tell_councils",
    "watch_feed",
    "watch_over",
    "whose_plans_changed",
    "withdraw_share",
]
