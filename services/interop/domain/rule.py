"""The codes of interop's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    EXPORT_HOURS = "export.kept_hours"
    EXPORTS_AT_ONCE = "export.most_at_once"
    SUBSCRIPTION_DAYS = "subscription.longest"
    SUBSCRIPTIONS = "subscription.most"
    EVENT_DAYS = "subscription.events_kept"
    STRANGER_DAYS = "adt.strangers_kept"
    PORTAL_TITLE = "portal.longest_title"
    PORTAL_TEXT = "portal.longest_text"
    RETURN_DAYS = "return.kept_days"
    RETURNS_AT_ONCE = "return.most_at_once"
    GP_SETTLING = "gp_document.settling_minutes"
    GP_ANSWER = "gp_document.answer_hours"
    GP_SENDS = "gp_document.most_sends"
    GP_RETRY = "gp_document.retry_minutes"
    MESH_HANDSHAKE = "mesh.handshake_hours"
    SYSTMONE_DAYS = "systmone.kept_days"
    SYSTMONE_APART = "systmone.most_apart_minutes"
    SYSTMONE_LEASE = "systmone.lease_minutes"
    SYSTMONE_SILENT = "systmone.agent_silent_minutes"
