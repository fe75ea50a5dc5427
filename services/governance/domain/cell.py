"""Cells: the figures that governance's measures are made of, and how they add up."""

from services.common.figures import Layout

# A name that ends in a dot stands for all cells under it.
REASON = "referrals.not_taken."
MINUTES = "minutes.by_type."
NOT_TAKEN_REASONS = ("no_health_need", "out_of_area", "no_capacity", "another_service", "declined_by_client")
SOCIAL_TYPES = ("personal_care", "reablement", "wider_support")
ACTIVITY_TYPES = ("nursing", *SOCIAL_TYPES, "coordination")
WORK = Layout(
    sums=(
        ("referrals", ("referrals.decided", "referrals.undecided")),
        ("referrals", ("referrals.accepted", REASON, "referrals.undecided")),
        ("referrals.decided", ("referrals.accepted", REASON)),
        ("minutes", (MINUTES,)),
        ("minutes", ("minutes.social", f"{MINUTES}nursing", f"{MINUTES}coordination")),
        ("minutes.social", tuple(f"{MINUTES}{kind}" for kind in SOCIAL_TYPES)),
        ("assessments", ("assessments.eligible", "assessments.not_eligible")),
        ("handovers", ("handovers.accepted", "handovers.expired", "handovers.open")),
        ("alerts", ("alerts.escalated", "alerts.in_time")),
    ),
    unshown=frozenset({"referrals.undecided", "assessments.not_eligible", "handovers.open", "alerts.in_time"}),
)
