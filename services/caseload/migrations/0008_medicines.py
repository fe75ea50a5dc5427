"""Medicines: what was prescribed, what became of each dose, the stock of controlled drugs, and to whom it is delegated."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
AN_HOUR = (
    "Derived from ISMP, Acute care guidelines for timely administration of scheduled medications, 2011, which allow an hour "
    "before and after for medicines given more than once a day; for a community team a proposal"
)
HALF_AN_HOUR = (
    "Derived from NICE QS164 (2018), statement 4: levodopa within 30 minutes of the individually prescribed time, in hospital "
    "and care homes; at home a proposal, for every time-critical medicine"
)
A_QUARTER = "A proposal, for the team to confirm: the NMC Code (2018), section 11, holds whoever delegates answerable, and names no term"
A_HALF = "A proposal, for the lead for medicines to confirm: no source gives one gap for every medicine"
RULES: list[rules.NewRule] = [
    ("medicine.window_minutes", BEGINNING, 60, 1, "minutes before and after", AN_HOUR, "derived"),
    ("medicine.time_critical_minutes", BEGINNING, 30, 1, "minutes before and after", HALF_AN_HOUR, "derived"),
    (
        "medicine.least_gap_percent",
        BEGINNING,
        50,
        100,
        "of the time between two planned doses",
        A_HALF,
        "to_be_confirmed",
    ),
    ("delegation.days", BEGINNING, 90, 1, "days", A_QUARTER, "to_be_confirmed"),
]


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "member_role",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "employee_id"),
    )
    _create_medicine()
    _create_administration()
    _create_stock()
    _create_delegation()
    row_level_security.protect()


def _of_team() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
    ]


def _create_medicine() -> None:
    op.create_table(
        "medicine",
        *_of_team(),
        sa.Column("drug", sa.Text(), nullable=False),
        sa.Column("snomed_code", sa.Text(), nullable=True),
        sa.Column("dose", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("times", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("minimum_interval_minutes", sa.Integer(), nullable=True),
        sa.Column("maximum_in_24_hours", sa.Integer(), nullable=True),
        sa.Column("time_critical", sa.Boolean(), nullable=False),
        sa.Column("window_minutes", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("stock_unit", sa.Text(), nullable=True),
        sa.Column("stock_per_dose", sa.Integer(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "route in ('oral', 'sublingual', 'buccal', 'enteral', 'subcutaneous', 'intramuscular', 'intravenous', "
            "'transdermal', 'topical', 'inhaled', 'nebulised', 'eye', 'ear', 'nasal', 'rectal', 'vaginal')",
            name="medicine_route_known",
        ),
        sa.CheckConstraint(
            "stock_unit in ('tablet', 'capsule', 'ampoule', 'patch', 'suppository', 'microlitre')",
            name="medicine_stock_unit_known",
        ),
        sa.CheckConstraint("stock >= 0", name="stock_is_never_below_zero"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_medicine_team", "medicine", ["team_id", "id"], unique=False)
    op.create_index("ix_medicine_client", "medicine", ["client_id", "id"], unique=False)
    op.create_index("ix_medicine_in_use", "medicine", ["team_id", "id"], postgresql_where=sa.text("stopped_at is null"))


def _create_administration() -> None:
    op.create_table(
        "administration",
        *_of_team(),
        sa.Column("medicine_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("stock_used", sa.Integer(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("overrode", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome in ('given', 'refused', 'not_given')", name="administration_outcome_known"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["medicine_id"], ["medicine.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_administration_team", "administration", ["team_id", "id"], unique=False)
    op.create_index("ix_administration_client", "administration", ["client_id", "id"], unique=False)
    op.create_index("ix_administration_around", "administration", ["medicine_id", "happened_at"], unique=False)
    op.create_index("ix_administration_due", "administration", ["medicine_id", "due_at"], unique=False)
    op.create_index(
        "one_dose_given",
        "administration",
        ["medicine_id", "due_at"],
        unique=True,
        postgresql_where=sa.text("outcome = 'given' and overrode is null"),
    )


def _create_stock() -> None:
    op.create_table(
        "stock_entry",
        *_of_team(),
        sa.Column("medicine_id", sa.Uuid(), nullable=False),
        sa.Column("movement", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("because_of", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "movement in ('delivered', 'returned', 'administered', 'counted')", name="stock_entry_movement_known"
        ),
        sa.CheckConstraint("balance >= 0", name="balance_is_never_below_zero"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["medicine_id"], ["medicine.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stock_entry_team", "stock_entry", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_stock_entry_client_id"), "stock_entry", ["client_id"], unique=False)
    op.create_index("ix_stock_entry_medicine", "stock_entry", ["medicine_id", "id"], unique=False)
    op.create_table(
        "stock_count",
        *_of_team(),
        sa.Column("medicine_id", sa.Uuid(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("medicine_version", sa.Integer(), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["medicine_id"], ["medicine.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stock_count_team", "stock_count", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_stock_count_client_id"), "stock_count", ["client_id"], unique=False)
    op.create_index(op.f("ix_stock_count_medicine_id"), "stock_count", ["medicine_id"], unique=False)


def _create_delegation() -> None:
    op.create_table(
        "delegation",
        *_of_team(),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("medicine_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("competence_assessed_by", sa.Uuid(), nullable=False),
        sa.Column("competence_assessed_on", sa.Date(), nullable=False),
        sa.Column("competence_until_on", sa.Date(), nullable=False),
        sa.Column("delegated_by", sa.Uuid(), nullable=True),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("task in ('give_medicine')", name="delegation_task_known"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.ForeignKeyConstraint(["medicine_id"], ["medicine.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegation_team", "delegation", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_delegation_client_id"), "delegation", ["client_id"], unique=False)
    op.create_index("ix_delegation_of", "delegation", ["medicine_id", "employee_id"], unique=False)
