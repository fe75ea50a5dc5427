"""Places and the ways between them, rounds as they are proposed, and visits that change places with each other."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

REFERENCE = "Measured on rounds of a coast with few roads; a team says better of its own ways by travel overrides"
FROM = date(2026, 1, 1)
RULES = [
    ("travel.road_factor", FROM, 135, 100, "of the straight line", REFERENCE, "derived"),
    ("travel.kilometres_an_hour", FROM, 42, 1, "kilometres an hour by road", REFERENCE, "derived"),
    ("travel.parking", FROM, 3, 1, "minutes to park and reach the door", REFERENCE, "derived"),
    ("travel.unknown", FROM, 15, 1, "minutes where a place is not known", REFERENCE, "to_be_confirmed"),
]
# Kept at the end of a statement unless a transaction says: at its end. Then two visits can change places.
DEFERRABLE = """
    do $$
    declare
        said text;
    begin
        select pg_get_constraintdef(oid) into strict said from pg_constraint where conname = '{name}';
        execute 'alter table {table} drop constraint {name}';
        execute 'alter table {table} add constraint {name} ' || said || ' deferrable initially immediate';
    end $$
"""

# Beside the policies of the team: where somebody lives is there for them alone, and for the service itself. What
# reckons with the homes of one team says so for as long as it reads them (`app.homes_of`).
OWN_HOME = """
    kind <> 'employee_home' or subject_id = (select app_employee_id())
    or ((select app_every_team()) and (select app_employee_id()) is null)
"""
RECKONED_WITH = "team_id = (select nullif(current_setting('app.homes_of', true), '')::uuid)"


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "place",
        *_of_a_team(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Numeric(8, 5), nullable=False),
        sa.Column("longitude", sa.Numeric(8, 5), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind in ('base', 'client', 'employee_home')", name="place_kind_known"),
        sa.CheckConstraint("source in ('map', 'postcode', 'device')", name="place_source_known"),
        sa.CheckConstraint("(kind = 'base') = (name is not null)", name="place_named_as_a_base_is"),
        sa.UniqueConstraint("team_id", "kind", "subject_id", name="place_once_for_each"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_place_team", "place", ["team_id", "id"], unique=False)
    op.create_table(
        "travel_override",
        *_of_a_team(),
        sa.Column("from_place_id", sa.Uuid(), nullable=False),
        sa.Column("to_place_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("minutes > 0 and from_place_id <> to_place_id", name="travel_override_makes_sense"),
        sa.UniqueConstraint("from_place_id", "to_place_id", name="travel_override_once_for_each"),
        sa.ForeignKeyConstraint(["from_place_id"], ["place.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["to_place_id"], ["place.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_travel_override_team", "travel_override", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_travel_override_to_place_id"), "travel_override", ["to_place_id"], unique=False)
    op.create_table(
        "round_plan",
        *_of_a_team(),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("stops", postgresql.JSONB(), nullable=False),
        sa.Column("unserved", postgresql.JSONB(), nullable=False),
        sa.Column("cost", postgresql.JSONB(), nullable=False),
        sa.Column("travel_source", sa.Text(), nullable=False),
        sa.Column("adopted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state in ('proposed', 'adopted')", name="round_plan_state_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_round_plan_team", "round_plan", ["team_id", "id"], unique=False)
    op.create_index("ix_round_plan_day", "round_plan", ["team_id", "day_on", "id"], unique=False)
    op.execute(DEFERRABLE.format(table="visit", name="visit_one_at_a_time"))
    op.execute(DEFERRABLE.format(table="attendance", name="attendance_one_at_a_time"))
    row_level_security.protect()
    op.execute(
        f"create policy own_home on place as restrictive for all using ({OWN_HOME} or {RECKONED_WITH}) "
        f"with check ({OWN_HOME})"
    )


def _of_a_team() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    )
