"""Events in depth."""

from services.common.migrations import platform_v2

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v2.upgrade()
