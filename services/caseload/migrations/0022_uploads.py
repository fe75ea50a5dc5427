"""Photos that arrive in pieces, and how long one may take."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.migrations import row_level_security, rules

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DAYS = "Our own: a tablet that lay switched off over a long weekend and a day's leave still finds its upload (ADR 29)"
OPEN = "Our own: four photos of ten clients, all of them cut off; at 5 MB each, 200 MB that one person may leave behind"
BEGINNING = date(2019, 4, 1)
RULES: list[rules.NewRule] = [
    ("photo.upload_days", BEGINNING, 7, 1, "days", DAYS, "derived"),
    ("photo.uploads_open", BEGINNING, 40, 1, "uploads", OPEN, "derived"),
]
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "photo_upload",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False),
        sa.Column("wound_id", sa.Uuid(), sa.ForeignKey("wound.id"), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("agreed_how", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("length_bytes", sa.Integer(), nullable=False),
        sa.Column("offset_bytes", sa.Integer(), nullable=False),
        sa.Column("places", ARRAY(sa.Text()), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'attached', 'refused', 'terminated', 'expired')", name="photo_upload_state_known"
        ),
        sa.CheckConstraint(
            "agreed_how in ('in_person', 'by_phone', 'best_interests')", name="photo_upload_agreed_how_known"
        ),
        sa.CheckConstraint("offset_bytes between 0 and length_bytes", name="photo_upload_offset_within_length"),
    )
    op.create_index("ix_photo_upload_team", "photo_upload", ["team_id", "id"], unique=False)
    for column in ("client_id", "wound_id", "photo_id"):
        op.create_index(f"ix_photo_upload_{column}", "photo_upload", [column], unique=False)
    is_open = sa.text("state = 'open'")
    op.create_index("ix_photo_upload_open", "photo_upload", ["begun_by"], postgresql_where=is_open)
    row_level_security.protect()
