"""Photos of wounds, and how large one may be."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
BYTES = "Our own: what the door lets through in one request (ADR 27); a phone's photo of 12 megapixels has 2 to 5 MB"
PIXELS = "Our own: what may be unpacked at once without harm to others; a phone's photo has 12 megapixels"
RULES: list[rules.NewRule] = [
    ("photo.most_bytes", BEGINNING, 5_000_000, 1, "bytes", BYTES, "derived"),
    ("photo.most_pixels", BEGINNING, 25_000_000, 1, "pixels", PIXELS, "derived"),
]
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "photo",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False),
        sa.Column("wound_id", sa.Uuid(), sa.ForeignKey("wound.id"), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("agreed_how", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, unique=True),
        sa.Column("stored_sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("agreed_how in ('in_person', 'by_phone', 'best_interests')", name="photo_agreed_how_known"),
    )
    op.create_index("ix_photo_team", "photo", ["team_id", "id"], unique=False)
    for column in ("client_id", "wound_id"):
        op.create_index(f"ix_photo_{column}", "photo", [column], unique=False)
    row_level_security.protect()
