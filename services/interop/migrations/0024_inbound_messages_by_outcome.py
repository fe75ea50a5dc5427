"""What came in is listed by what became of it."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_inbound_message_outcome", "inbound_message", ["outcome", "id"])
