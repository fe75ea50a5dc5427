"""What interop can be asked to do: one public function for each sentence a nurse, a partner, ops or a service says."""

from services.interop.usecases.deliver import deliver_facts
from services.interop.usecases.follow import feed_event, follow_feed, keep_feed_for_a_while
from services.interop.usecases.receive import (
    list_service_endpoints,
    read_inbound_message,
    read_inbound_referral,
    receive_message,
    register_service_endpoint,
    remember_outcome,
)
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
    Introduction,
    Visit,
    read_resource,
    search_resources,
    show_introduction,
    show_record,
    show_referral,
    show_visit,
)
from services.interop.usecases.trail import search_audit_events
from services.interop.usecases.watch import Patience, watch_feed, watch_over

__all__ = [
    "Found",
    "Introduction",
    "Patience",
    "Visit",
    "agree_share",
    "deliver_facts",
    "feed_event",
    "follow_feed",
    "keep_feed_for_a_while",
    "list_connections",
    "list_deliveries",
    "list_service_endpoints",
    "list_shares",
    "read_connection",
    "read_inbound_message",
    "read_inbound_referral",
    "read_resource",
    "read_share",
    "receive_message",
    "register_connection",
    "register_service_endpoint",
    "remember_outcome",
    "search_audit_events",
    "search_resources",
    "show_introduction",
    "show_record",
    "show_referral",
    "show_visit",
    "tell_councils",
    "watch_feed",
    "watch_over",
    "withdraw_share",
]
