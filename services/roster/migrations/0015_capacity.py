"""Vacancies, what a client's dependency multiplies, and the limits of capacity and safe staffing."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

FIRST = date(2020, 1, 1)
QNI = "Queen's Nursing Institute, Workforce Standards for the District Nursing Service, 2022"
INDIRECT = "25 to 35 of 100 minutes beside clients and roads, as community nursing measures it; a team measures its own"
TRAVEL = "A rural day of 83 calls with 1,330 minutes on the road, planned by our own solver; a team measures its own"
LIGHTS = (
    "A team plans to be at work with nine tenths of its time, so that sickness of one is no alarm; its own to change"
)
FLOOR = "The King's Fund, of a pilot whose team had fewer than two whole-time equivalents; a team may ask for more"
HAND_ON = "Two months, in which a client can meet the next named nurse twice; a team may agree otherwise"
FACES = "The weights of familiar faces that the rounds are planned by"


def upgrade() -> None:
    op.create_table(
        "vacancy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("minutes_per_week", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("filled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("minutes_per_week > 0 and filled_on >= from_on", name="vacancy_makes_sense"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_vacancy_team", "vacancy", ["team_id", "id"], unique=False)
    _make_floors()
    _make_dependency()
    rules.load(
        [
            ("time.indirect_share", FIRST, 30, 100, "of all working minutes", INDIRECT, "to_be_confirmed"),
            ("capacity.travel_per_visit", FIRST, 16, 1, "minutes", TRAVEL, "derived"),
            ("capacity.amber_above", FIRST, 90, 100, "of the capacity", LIGHTS, "to_be_confirmed"),
            ("capacity.red_above", FIRST, 100, 100, "of the capacity", LIGHTS, "derived"),
            ("capacity.hand_on_days", FIRST, 60, 1, "days", HAND_ON, "to_be_confirmed"),
            ("floor.wte", FIRST, 2, 1, "whole-time equivalents", FLOOR, "to_be_confirmed"),
            ("qni.clients_per_wte", date(2022, 1, 1), 150, 1, "clients", QNI, "sourced"),
        ]
    )
    row_level_security.protect()


def _make_floors() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "staffing_floor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=True),
        sa.Column("fewest", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("fewest > 0", name="staffing_floor_makes_sense"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_staffing_floor_team", "staffing_floor", ["team_id", "id"], unique=False)
    op.create_table(
        "floor_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=True),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("raised_at", instant, nullable=False),
        sa.Column("closed_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_floor_alert_team", "floor_alert", ["team_id", "id"], unique=False)
    op.create_index(
        "floor_alert_once",
        "floor_alert",
        ["team_id", sa.text("coalesce(skill, '')")],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )


def _make_dependency() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "dependency_category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("multiplier_percent", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.CheckConstraint("multiplier_percent >= 100", name="dependency_category_makes_sense"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("team_id", "code", "from_on", name="dependency_category_said_once"),
    )
    op.create_index("ix_dependency_category_team", "dependency_category", ["team_id", "id"], unique=False)
    op.create_table(
        "dependency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dependency_team", "dependency", ["team_id", "id"], unique=False)
    op.create_index("ix_dependency_client", "dependency", ["team_id", "client_id"], unique=False)
