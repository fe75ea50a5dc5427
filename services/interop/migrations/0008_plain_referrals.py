"""Partners who speak no FHIR refer as well, and hear what became of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_referral", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbound_referral", sa.Column("not_taken_reason", sa.Text(), nullable=True))
    op.add_column("inbound_referral", sa.Column("signpost", sa.Text(), nullable=True))
    op.add_column("connection", sa.Column("refers_as", sa.Text(), nullable=True))
    of_none = sa.text("'{}'")
    op.add_column("connection", sa.Column("reviewers", ARRAY(sa.Text()), nullable=False, server_default=of_none))
    for name in ("share_id", "client_id"):
        op.alter_column("council_delivery", name, nullable=True)
    by_referral = sa.ForeignKey("inbound_referral.id")
    op.add_column("council_delivery", sa.Column("inbound_referral_id", sa.Uuid(), by_referral, nullable=True))
    op.create_index("ix_council_delivery_inbound_referral_id", "council_delivery", ["inbound_referral_id"])
    op.create_check_constraint(
        "council_delivery_has_a_ground",
        "council_delivery",
        "(share_id is null) = (client_id is null) and (share_id is null) = (inbound_referral_id is not null)",
    )
