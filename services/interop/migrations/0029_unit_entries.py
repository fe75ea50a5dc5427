"""What is to be written into SystmOne units: an entry for each contact, and each time that an agent was handed one."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FROM = date(2026, 11, 1)
STATES = "'waiting', 'held', 'taken', 'written', 'refused', 'unknown', 'doubled', 'left_out'"
RULES = [
    (
        "systmone.lease_minutes",
        FROM,
        10,
        1,
        "minutes",
        "Ours: an agent may read a whole record once in 30 seconds (TPP), and a person may have to answer on the PC",
        "to_be_confirmed",
    ),
    (
        "systmone.agent_silent_minutes",
        FROM,
        15,
        1,
        "minutes",
        "Ours: an agent asks once a minute; a PC that is started anew is not told of",
        "to_be_confirmed",
    ),
]


def upgrade() -> None:
    _create_unit_entry()
    _create_unit_take()
    op.add_column("partner_health", sa.Column("last_heard_at", INSTANT, nullable=True))
    rules.load(RULES)
    row_level_security.protect()


def _create_unit_entry() -> None:
    op.create_table(
        "unit_entry",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("team_id", "client_id")),
        sa.Column("care_contact_id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("reason", "system_code")),
        sa.Column("take_id", sa.Uuid(), nullable=True),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("also_written", sa.Boolean(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"state in ({STATES})", name="unit_entry_state_known"),
    )
    taken = sa.text("state = 'taken'")
    op.create_index("ix_unit_entry_team", "unit_entry", ["team_id", "id"])
    op.create_index("ix_unit_entry_state", "unit_entry", ["team_id", "state", "id"])
    op.create_index("ix_unit_entry_client", "unit_entry", ["client_id", "id"])
    op.create_index("ix_unit_entry_until", "unit_entry", ["until_at"], postgresql_where=taken)
    op.create_index(
        "one_unit_entry_taken_of_a_client", "unit_entry", ["client_id"], unique=True, postgresql_where=taken
    )


def _create_unit_take() -> None:
    op.create_table(
        "unit_take",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("unit_entry_id", sa.Uuid(), sa.ForeignKey("unit_entry.id"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("subject", "device")),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("taken_at", "until_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("outcome", "reason", "system_code")),
        sa.Column("answered_at", INSTANT, nullable=True),
    )
    op.create_index("ix_unit_take_unit_entry_id", "unit_take", ["unit_entry_id"])
