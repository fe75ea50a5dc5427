"""Messages from hospitals: a control id may come again with another message, and what nobody looked at is forgotten."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OUTCOMES = "'taken', 'waiting', 'passed_over', 'refused', 'set_aside'"


def upgrade() -> None:
    op.create_index("ix_adt_message_control_id", "adt_message", ["sender", "control_id", "id"])
    op.drop_constraint("one_adt_message_per_control_id", "adt_message")
    _states(f"{OUTCOMES}, 'forgotten'")


def downgrade() -> None:
    op.execute("update adt_message set outcome = 'set_aside' where outcome = 'forgotten'")
    _states(OUTCOMES)
    op.create_unique_constraint("one_adt_message_per_control_id", "adt_message", ["sender", "control_id"])
    op.drop_index("ix_adt_message_control_id", "adt_message")


def _states(outcomes: str) -> None:
    op.drop_constraint("adt_message_outcome_known", "adt_message")
    op.create_check_constraint("adt_message_outcome_known", "adt_message", f"outcome in ({outcomes})")
