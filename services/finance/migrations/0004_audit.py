"""The audit trail."""

from services.common.migrations import platform_audit

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_audit.upgrade()
