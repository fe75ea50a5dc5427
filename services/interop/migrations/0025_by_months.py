"""The audit trail and the inbox by months."""

from services.common.migrations import platform_months

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_months.upgrade()
