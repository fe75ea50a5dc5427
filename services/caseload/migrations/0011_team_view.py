"""The team's view: the yardsticks of a caseload as rules, likeness of names, and a client's newest contact at once."""

from datetime import date

from alembic import op

from services.common.migrations import rules

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
AQUA = "AQuA, Buurtzorg in East Cheshire"
OUR_OWN = "A proposal, for the team to confirm: neither report gives the figure"
RULES: list[rules.NewRule] = [
    ("caseload.size_from", BEGINNING, 40, 1, "clients of a team", AQUA, "sourced"),
    ("caseload.size_to", BEGINNING, 60, 1, "clients of a team", AQUA, "sourced"),
    ("caseload.clients_per_member", BEGINNING, 6, 1, "clients of a member", AQUA, "sourced"),
    ("caseload.no_contact", BEGINNING, 28, 1, "days", OUR_OWN, "to_be_confirmed"),
    ("caseload.goal_met", BEGINNING, 4, 1, "Omaha status, of 5", OUR_OWN, "to_be_confirmed"),
]
# PostgreSQL asks the policies of a table from the last name to the first until one holds. What admits a guest or a look
# for a stranger looks into other tables for each row, so it is asked after what admits the team (`acts`).
ASKED_LAST = {
    "of_guest": ("guest_seat", "client", "assessment", "care_plan", "care_plan_line"),
    "of_lookup": ("client",),
}


def upgrade() -> None:
    for policy, tables in ASKED_LAST.items():
        for table in tables:
            op.execute(f'alter policy {policy} on "{table}" rename to a_{policy}')
    rules.load(RULES)
    op.execute("create extension if not exists pg_trgm")
    op.create_index("ix_care_contact_of_client", "care_contact", ["client_id", "started_at"], unique=False)
    op.create_index(op.f("ix_referral_client_id"), "referral", ["client_id"], unique=False)
    # The new one begins with the same column.
    op.drop_index("ix_care_contact_client_id", table_name="care_contact")
