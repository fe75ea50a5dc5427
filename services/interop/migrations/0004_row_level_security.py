"""Row-level security."""

from services.common.migrations import row_level_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

THEIRS = "exists (select from inbound_referral where inbound_referral.message_id = inbound_message.id)"


def upgrade() -> None:
    row_level_security.upgrade()
    # A message is kept as it came, before anybody knows whom it is for. It belongs to the team that its referral is for.
    row_level_security.put_behind("inbound_message", row_level_security.EVERY_TEAM, of_referral=THEIRS)
