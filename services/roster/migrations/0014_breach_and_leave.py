"""Breaches with their ground, rest that is owed, leave, availability and what a team agreed."""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
