"""First tables."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import platform_v1, rules

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


AQUA = "AQuA, Buurtzorg learning report, December 2019"
KINGS_FUND = "The King's Fund, review of the West Suffolk Buurtzorg test-and-learn, April 2019"
AQUA_ON, KINGS_FUND_ON = date(2019, 12, 1), date(2019, 4, 1)
SOURCED, TO_BE_CONFIRMED = "sourced", "to_be_confirmed"
RULES = (
    ("team.max_members", AQUA_ON, 12, 1, "members", f"{AQUA}: self-led teams of up to 12 nurses", SOURCED),
    ("team.warn_below", KINGS_FUND_ON, 8, 1, "members", f"{KINGS_FUND}: teams of 8 to 12", SOURCED),
    (
        "waiting.heatshield_told_after",
        KINGS_FUND_ON,
        10,
        1,
        "days",
        f"{KINGS_FUND}, names slow turn-around times without a figure; the days are proposed",
        TO_BE_CONFIRMED,
    ),
    (
        "waiting.steering_told_after",
        KINGS_FUND_ON,
        30,
        1,
        "days",
        f"{KINGS_FUND}, names slow turn-around times without a figure; the days are proposed",
        TO_BE_CONFIRMED,
    ),
    (
        "contract.flagged_before",
        KINGS_FUND_ON,
        90,
        1,
        "days",
        f"{KINGS_FUND}, names the short, fixed-term nature of the test without a figure; the days are proposed",
        TO_BE_CONFIRMED,
    ),
)


def upgrade() -> None:
    platform_v1.upgrade()
    op.create_table(
        "contact_time",
        sa.Column("care_contact_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("contact_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("care_contact_id"),
    )
    op.create_index("contact_time_of_team", "contact_time", ["team_id", "contact_on"], unique=False)
    op.create_table(
        "employee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("revalidation_due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role in ('registered_nurse', 'assistant_practitioner', 'coach', 'social_worker', 'other')",
            name="employee_role_known",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rostered_shift",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id"),
    )
    op.create_index("rostered_shift_of_team", "rostered_shift", ["team_id", "starts_at"], unique=False)
    rules.load(RULES)
    op.create_table(
        "clearance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("may_visit_alone", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "ground in ('dbs_clear', 'dbs_in_progress', 'dbs_content', 'dbs_refused')", name="clearance_ground_known"
        ),
        sa.CheckConstraint("may_visit_alone = (ground = 'dbs_clear')", name="clearance_only_when_clear"),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employee_id"),
    )
    op.create_index("ix_clearance_team", "clearance", ["team_id", "id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("minutes_per_week", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("home_employer", sa.Text(), nullable=True),
        sa.Column("return_guaranteed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("home_employer is not null or kind <> 'secondment'", name="contract_home_known"),
        sa.CheckConstraint(
            "kind in ('permanent', 'fixed_term', 'secondment', 'temporary', 'bank')", name="contract_kind_known"
        ),
        sa.CheckConstraint(
            "role in ('registered_nurse', 'assistant_practitioner', 'coach', 'social_worker', 'other')",
            name="contract_role_known",
        ),
        sa.CheckConstraint(
            "until_on is not null or kind not in ('fixed_term', 'secondment', 'temporary')", name="contract_end_known"
        ),
        sa.CheckConstraint("minutes_per_week between 0 and 10080", name="contract_minutes_in_a_week"),
        sa.CheckConstraint("until_on >= from_on", name="contract_ends_after_it_starts"),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contract_ending", "contract", ["team_id", "until_on"], unique=False)
    op.create_index(op.f("ix_contract_employee_id"), "contract", ["employee_id"], unique=False)
    op.create_index("ix_contract_team", "contract", ["team_id", "id"], unique=False)
    op.create_table(
        "dbs_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("adult_first_clear", sa.Boolean(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("update_service", sa.Boolean(), nullable=False),
        sa.Column("waiting_on", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("told_waiting_on", sa.Text(), nullable=False),
        sa.Column("told_since_on", sa.Date(), nullable=False),
        sa.CheckConstraint("(status = 'clear') = (cleared_on is not null)", name="dbs_check_clear_on_a_day"),
        sa.CheckConstraint(
            "(waiting_on = 'none') = (status in ('clear', 'refused'))", name="dbs_check_waits_on_somebody"
        ),
        sa.CheckConstraint(
            "status = 'content' or (told_waiting_on = waiting_on and told_since_on = since_on)",
            name="dbs_check_told_as_it_is_unless_weighed",
        ),
        sa.CheckConstraint(
            "status in ('started', 'submitted', 'with_dbs', 'clear', 'content', 'refused')",
            name="dbs_check_status_known",
        ),
        sa.CheckConstraint(
            "told_waiting_on in ('employer', 'dbs', 'employee', 'none')", name="dbs_check_told_waiting_on_known"
        ),
        sa.CheckConstraint("waiting_on in ('employer', 'dbs', 'employee', 'none')", name="dbs_check_waiting_on_known"),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "dbs_check_waiting",
        "dbs_check",
        ["team_id", "id"],
        unique=False,
        postgresql_where=sa.text("waiting_on <> 'none'"),
    )
    op.create_index(op.f("ix_dbs_check_employee_id"), "dbs_check", ["employee_id"], unique=False)
    op.create_index("ix_dbs_check_team", "dbs_check", ["team_id", "id"], unique=False)
    op.create_index(
        "one_dbs_check_under_way",
        "dbs_check",
        ["employee_id"],
        unique=True,
        postgresql_where=sa.text("status in ('started', 'submitted', 'with_dbs')"),
    )
    op.create_table(
        "team_membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role in ('registered_nurse', 'assistant_practitioner', 'coach', 'social_worker', 'other')",
            name="team_membership_role_known",
        ),
        sa.CheckConstraint("until_on >= from_on", name="team_membership_ends_after_it_starts"),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_team_membership_employee_id"), "team_membership", ["employee_id"], unique=False)
    op.create_index("ix_team_membership_team", "team_membership", ["team_id", "id"], unique=False)
    op.create_index("one_membership_per_team", "team_membership", ["team_id", "employee_id"], unique=True)
