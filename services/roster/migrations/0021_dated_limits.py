"""Limits that were written in the code are dated rules, and what was asked and answered of old jobs is forgotten."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import rules

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FROM = date(2026, 1, 1)
ROUND = "Longer than the longest shift of a team and the ways to it and from it"
EDGE = "Working Time Regulations 1998, regulation 12: a break away from the work; not joined to an end of it"
AWAKE = "The waking day of most clients, for visits without an agreed window; a window says better"
KEPT = "A month to look at what was proposed; data minimisation, UK GDPR article 5(1)(c) and (e)"
RULES = [
    ("visit.round_hours", FROM, 12, 1, "hours from its first visit", ROUND, "derived"),
    ("rounds.break_edge", FROM, 60, 1, "minutes from either end of a shift", EDGE, "derived"),
    ("capacity.awake_from", FROM, 480, 1, "minutes after midnight", AWAKE, "to_be_confirmed"),
    ("capacity.awake_until", FROM, 1200, 1, "minutes after midnight", AWAKE, "to_be_confirmed"),
    ("jobs.keep_days", FROM, 30, 1, "days after a job ended", KEPT, "derived"),
]


def upgrade() -> None:
    rules.load(RULES)
    op.create_index("ix_job_kept", "job", ["ended_at"], unique=False, postgresql_where=sa.text("input <> '{}'::jsonb"))
