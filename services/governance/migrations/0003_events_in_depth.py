"""Events in depth."""

from services.common.migrations import platform_v2

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v2.upgrade()
