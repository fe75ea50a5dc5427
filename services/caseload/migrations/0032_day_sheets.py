"""Day sheets: what an agency that comes to a client too is shown of their days, by a link."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.common.migrations import row_level_security, rules

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
PROPOSAL = "A proposal, for the trust's Caldicott guardian to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("day_sheet_share.days", BEGINNING, 90, 1, "days", PROPOSAL, "to_be_confirmed"),
    ("day_sheet.days_ahead", BEGINNING, 7, 1, "days", PROPOSAL, "to_be_confirmed"),
]
INSTANT = sa.DateTime(timezone=True)
# Whoever holds a link is in no team. They meet the one row that it leads to.
LINKED = "link_print = (select nullif(current_setting('app.link_print', true), ''))"


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "day_sheet_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("link_print", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("agency_ref", sa.Text(), nullable=False),
        sa.Column("fields", ARRAY(sa.Text()), nullable=False),
        sa.Column("who_to_ring", JSONB(), nullable=False),
        sa.Column("agreed_how", sa.Text(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=True),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "agreed_how in ('in_person', 'by_phone', 'best_interests')", name="day_sheet_share_agreed_how_known"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("link_print"),
    )
    op.create_index(op.f("ix_day_sheet_share_client_id"), "day_sheet_share", ["client_id"])
    op.create_index("ix_day_sheet_share_team", "day_sheet_share", ["team_id", "id"])
    row_level_security.protect()
    op.execute(f"create policy of_link on day_sheet_share for select using ({LINKED})")
    # A row is locked while it is looked at, which the database counts among changes.
    op.execute(f"create policy by_link on day_sheet_share for update using ({LINKED}) with check ({LINKED})")
