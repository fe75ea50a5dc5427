"""The audit trail and the inbox by months."""

from services.common.migrations import platform_months

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_months.upgrade()
