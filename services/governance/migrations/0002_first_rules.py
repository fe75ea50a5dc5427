"""First rules."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AQUA = "AQuA, Buurtzorg learning report, December 2019"
KINGS_FUND = "King's Fund, review of the West Suffolk Buurtzorg test-and-learn, April 2019"
FIRST_DAY = date(2019, 4, 1)

RULES = (
    {
        "code": "decision_quorum",
        "from_on": FIRST_DAY,
        "amount": 2,
        "per": 3,
        "unit": "members",
        "source": "Consent practice of self-led teams (opendecide.com/practices/245), which names no share; two thirds is a proposal",
        "status": "to_be_confirmed",
    },
    {
        "code": "ground_rules_in_force",
        "from_on": FIRST_DAY,
        "amount": 8,
        "per": 1,
        "unit": "ground_rules",
        "source": f"{AQUA}: “8 ground rules … when they create a new one, they have to lose one.”",
        "status": "sourced",
    },
    {
        "code": "obstacle_to_working_group",
        "from_on": FIRST_DAY,
        "amount": 5,
        "per": 1,
        "unit": "working_days",
        "source": f"{KINGS_FUND}: “a delayed response to problems experienced in the NNCT”, which names no term; five is a proposal",
        "status": "to_be_confirmed",
    },
    {
        "code": "obstacle_to_steering_group",
        "from_on": FIRST_DAY,
        "amount": 15,
        "per": 1,
        "unit": "working_days",
        "source": f"{KINGS_FUND}: “a delayed response to problems experienced in the NNCT”, which names no term; fifteen is a proposal",
        "status": "to_be_confirmed",
    },
    {
        "code": "smallest_cell",
        "from_on": FIRST_DAY,
        "amount": 5,
        "per": 1,
        "unit": "people_or_events",
        "source": f"{KINGS_FUND}: “the challenges of truly anonymising the contributions of the relatively small number of people involved”; five follows statistical practice",
        "status": "derived",
    },
    {
        "code": "complaint_acknowledgement",
        "from_on": date(2009, 4, 1),
        "amount": 3,
        "per": 1,
        "unit": "working_days",
        "source": "SI 2009/309, regulation 13(3)",
        "status": "sourced",
    },
)


def upgrade() -> None:
    text, day, whole = sa.Text(), sa.Date(), sa.Integer()
    rule = sa.table(
        "rule",
        sa.column("code", text),
        sa.column("from_on", day),
        sa.column("amount", whole),
        sa.column("per", whole),
        sa.column("unit", text),
        sa.column("source", text),
        sa.column("status", text),
    )
    op.bulk_insert(rule, list(RULES))
