"""Visits from planned to done, with window, second hand and series."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.common.migrations import row_level_security, rules

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PROPOSAL = "A proposal, for the team to confirm: no law and no standard gives the figure"
EARLY = "A guard against a touch on the visit of another day, with room for whoever is ahead of their round"
RULES: list[rules.NewRule] = [
    ("visit.late_after", date(2019, 4, 1), 15, 1, "minutes", PROPOSAL, "to_be_confirmed"),
    ("visit.start_ahead", date(2019, 4, 1), 60, 1, "minutes", EARLY, "derived"),
    ("visit.series_ahead", date(2019, 4, 1), 56, 1, "days", PROPOSAL, "to_be_confirmed"),
]
HOLDING = "'planned', 'confirmed', 'in_progress', 'done'"
HOLD = (
    "alter table visit drop constraint visit_one_at_a_time",
    """
    alter table visit add constraint visit_one_at_a_time exclude using gist
    (client_id with =, tstzrange(starts_at, ends_at, '[)') with &&) where (status in ({holding}))
    """,
    """
    create or replace function write_attendance() returns trigger language plpgsql as $$
    begin
        delete from attendance where visit_id = new.id;
        if new.status in ({holding}) then
            insert into attendance (visit_id, employee_id, starts_at, ends_at)
            select new.id, person, new.starts_at, new.ends_at
            from unnest(array[new.employee_id, new.accompanied_by]) as person
            where person is not null;
        end if;
        return null;
    end
    $$
    """,
    "drop trigger attendance_of_changed_visit on visit",
    """
    create trigger attendance_of_changed_visit after update on visit for each row
    when ((old.employee_id, old.accompanied_by, old.starts_at, old.ends_at, old.status in ({holding}))
        is distinct from
        (new.employee_id, new.accompanied_by, new.starts_at, new.ends_at, new.status in ({holding})))
    execute function write_attendance()
    """,
)
SENSE = (
    "ends_at > starts_at and accompanied_by is distinct from employee_id"
    " and (status = 'done') = (care_contact_id is not null)"
    " and (status = 'cancelled') = (cancel_reason is not null)"
    " and (status in ('no_reply', 'missed')) = (not_done_reason is not null)"
    " and (status <> 'confirmed' or confirmed_at is not null)"
    " and (status <> 'in_progress' or started_at is not null)"
    " and (accompanied_by is not null or second_hand_reason is null)"
    " and (window_from_minute is null) = (window_until_minute is null)"
    " and (series_id is null) = (occurrence_on is null)"
)


def upgrade() -> None:
    rules.load(RULES)
    _widen_visit_plan()
    _create_series()
    _widen_visit()
    _hold_time_from_planned_to_done()
    row_level_security.protect()


def _widen_visit_plan() -> None:
    op.add_column("visit_plan", sa.Column("window_from_minute", sa.Integer(), nullable=True))
    op.add_column("visit_plan", sa.Column("window_until_minute", sa.Integer(), nullable=True))
    # The default stays: while a deployment rolls, the release before this one writes plans without it.
    op.add_column("visit_plan", sa.Column("hands", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("visit_plan", sa.Column("second_hand_reason", sa.Text(), nullable=True))
    nothing = sa.text("'{}'")
    op.add_column("visit_plan", sa.Column("wishes", JSONB(), nullable=False, server_default=nothing))
    op.drop_constraint("visit_plan_makes_sense", "visit_plan")
    op.create_check_constraint(
        "visit_plan_makes_sense",
        "visit_plan",
        "minutes > 0 and visits_per_four_weeks > 0 and until_on >= from_on"
        " and (window_from_minute is null) = (window_until_minute is null)"
        " and window_from_minute <= window_until_minute and (hands = 1) = (second_hand_reason is null)",
    )


def _create_series() -> None:
    op.create_table(
        "visit_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("visit_plan_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("accompanied_by", sa.Uuid(), nullable=True),
        sa.Column("second_hand_reason", sa.Text(), nullable=True),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("weekdays", ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("every_weeks > 0 and starts_minute between 0 and 2879", name="visit_series_makes_sense"),
        sa.ForeignKeyConstraint(["visit_plan_id"], ["visit_plan.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_series_team", "visit_series", ["team_id", "id"], unique=False)


def _widen_visit() -> None:
    for column in (
        sa.Column("second_hand_reason", sa.Text(), nullable=True),
        sa.Column("window_from_minute", sa.Integer(), nullable=True),
        sa.Column("window_until_minute", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("occurrence_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("told_how", sa.Text(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("late_alerted_at", INSTANT, nullable=True),
        sa.Column("not_done_reason", sa.Text(), nullable=True),
        sa.Column("not_done_at", INSTANT, nullable=True),
    ):
        op.add_column("visit", column)
    op.create_foreign_key(None, "visit", "visit_series", ["series_id"], ["id"])
    op.drop_constraint("visit_status_known", "visit")
    known = "status in ('planned', 'confirmed', 'in_progress', 'done', 'cancelled', 'no_reply', 'missed')"
    op.create_check_constraint("visit_status_known", "visit", known)
    op.drop_constraint("visit_makes_sense", "visit")
    op.create_check_constraint("visit_makes_sense", "visit", SENSE)
    op.create_index(
        "one_visit_of_each_day",
        "visit",
        ["series_id", "occurrence_on"],
        unique=True,
        postgresql_where=sa.text("series_id is not null"),
    )
    op.create_index(
        "ix_visit_to_watch",
        "visit",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("status in ('planned', 'confirmed', 'in_progress') and late_alerted_at is null"),
    )


def _hold_time_from_planned_to_done() -> None:
    """As in migration 0001, for what is confirmed or has begun as well."""
    for statement in HOLD:
        op.execute(statement.format(holding=HOLDING))
