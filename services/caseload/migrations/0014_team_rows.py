"""A team and whom it serves: tasks from the weekly meeting, who was named nurse before, sub-teams, a lead outside."""

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action", sa.Column("meeting_id", sa.Uuid(), nullable=True))
    _care_teams()
    row_level_security.protect()
    _first_named_nurses()


def _care_teams() -> None:
    for column in ("sub_team", "lead_role", "lead_organisation", "lead_contact"):
        op.add_column("episode_of_care", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("episode_of_care", sa.Column("lead_since_on", sa.Date(), nullable=True))
    op.create_table(
        "care_team_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("named_nurse_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "reason in ('taken_on', 'leave', 'left_team', 'load', 'skills', 'round', 'client_asked', 'nurse_asked')",
            name="care_team_period_reason_known",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(["episode_of_care_id"], ["episode_of_care.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_care_team_period_client_id"), "care_team_period", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_care_team_period_episode_of_care_id"), "care_team_period", ["episode_of_care_id"], unique=False
    )
    op.create_index("ix_care_team_period_team", "care_team_period", ["team_id", "id"], unique=False)


def _first_named_nurses() -> None:
    """Of whoever is in care already, the named nurse of today is taken for the first."""
    op.execute(
        """
        insert into care_team_period (id, version, changed_at, team_id, client_id, episode_of_care_id, named_nurse_id,
                                      deputy_id, from_on, reason)
        select id, 1, changed_at, team_id, client_id, id, named_nurse_id, deputy_id, opened_on, 'taken_on'
        from episode_of_care
        """
    )
