"""What clients wish of their visits, when a team is open, and other agencies' times."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
