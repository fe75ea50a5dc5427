"""Whoever refers is told the outcome, and the team's reviews of acuity."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("named_nurse_role", sa.Text(), nullable=True))
    op.drop_constraint("referral_link_source_known", "referral_link", type_="check")
    known = "source in ('self', 'self_re_referral', 'community', 'gp')"
    op.create_check_constraint("referral_link_source_known", "referral_link", known)
    op.create_table(
        "acuity_review",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("clients", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("most_per_member", sa.Integer(), nullable=False),
    )
    op.create_index("ix_acuity_review_team", "acuity_review", ["team_id", "id"])
    op.create_table(
        "acuity_score",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("acuity_review_id", sa.Uuid(), sa.ForeignKey("acuity_review.id"), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False),
        sa.Column("acuity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("acuity between 1 and 5", name="acuity_score_in_scale"),
    )
    op.create_index("ix_acuity_score_acuity_review_id", "acuity_score", ["acuity_review_id"])
    op.create_index("ix_acuity_score_client_id", "acuity_score", ["client_id"])
    row_level_security.protect()
