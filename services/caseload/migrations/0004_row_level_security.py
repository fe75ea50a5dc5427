"""Row-level security."""

from services.common.migrations import row_level_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_level_security.upgrade()
