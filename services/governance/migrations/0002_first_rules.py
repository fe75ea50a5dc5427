"""First rules."""

from datetime import date

from services.common.migrations import rules

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AQUA = "AQuA, Buurtzorg learning report, December 2019"
KINGS_FUND = "King's Fund, review of the West Suffolk Buurtzorg test-and-learn, April 2019"
FIRST_DAY = date(2019, 4, 1)

RULES = (
    (
        "decision.quorum",
        FIRST_DAY,
        2,
        3,
        "members",
        "Consent practice of self-led teams (opendecide.com/practices/245), which names no share; two thirds is a proposal",
        "to_be_confirmed",
    ),
    (
        "decision.in_person",
        FIRST_DAY,
        2,
        1,
        "members",
        f"Derived from {AQUA}, “Agree with decision or can live with it”: one member alone cannot say so for all; two is a proposal",
        "to_be_confirmed",
    ),
    (
        "ground_rules.in_force",
        FIRST_DAY,
        8,
        1,
        "ground_rules",
        f"{AQUA}: “8 ground rules … when they create a new one, they have to lose one.”",
        "sourced",
    ),
    (
        "obstacle.to_working_group",
        FIRST_DAY,
        5,
        1,
        "working_days",
        f"{KINGS_FUND}: “a delayed response to problems experienced in the NNCT”, which names no term; five is a proposal",
        "to_be_confirmed",
    ),
    (
        "obstacle.to_steering_group",
        FIRST_DAY,
        15,
        1,
        "working_days",
        f"{KINGS_FUND}: “a delayed response to problems experienced in the NNCT”, which names no term; fifteen is a proposal",
        "to_be_confirmed",
    ),
    (
        "complaint.acknowledgement",
        date(2009, 4, 1),
        3,
        1,
        "working_days",
        "SI 2009/309, regulation 13(3)",
        "sourced",
    ),
)


def upgrade() -> None:
    rules.load(RULES)
