"""What is a whole week's work, by which the staff file tells full-time from part-time."""

from datetime import date

from services.common.migrations import rules

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HANDBOOK = "NHS Terms and Conditions of Service Handbook, section 10.1: 37.5 hours"
# In force since Agenda for Change.
RULES: list[rules.NewRule] = [("staff.full_time", date(2004, 12, 1), 2250, 1, "minutes a week", HANDBOOK, "sourced")]


def upgrade() -> None:
    rules.load(RULES)
