"""Row-level security."""

from services.common.migrations import row_level_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_level_security.upgrade()
