"""Vacancies, dependency, the floor of safe staffing, and what a leaver hands on."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
