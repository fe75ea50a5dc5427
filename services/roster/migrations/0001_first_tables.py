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


def upgrade() -> None:
    platform_v1.upgrade()
    op.create_table(
        "care_team",
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("named_nurse_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("episode_of_care_id"),
    )
    op.create_index(op.f("ix_care_team_client_id"), "care_team", ["client_id"], unique=False)
    op.create_index("ix_care_team_team_client", "care_team", ["team_id", "client_id"], unique=False)
    op.create_table(
        "clearance",
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("may_visit_alone", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("employee_id", "since_on"),
    )
    op.create_table(
        "contract",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("minutes_per_week", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contract_id"),
    )
    op.create_index(op.f("ix_contract_team_id"), "contract", ["team_id"], unique=False)
    op.create_table(
        "recorded_contact",
        sa.Column("care_contact_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("contact_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("care_contact_id"),
    )
    op.create_index("ix_recorded_contact_team_on", "recorded_contact", ["team_id", "contact_on"], unique=False)
    op.create_index(op.f("ix_recorded_contact_visit_id"), "recorded_contact", ["visit_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unpaid_break_minutes", sa.Integer(), nullable=False),
        sa.Column("supervised_only", sa.Boolean(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('shift', 'on_call', 'meeting', 'training', 'protected_time', 'admin')", name="shift_kind_known"
        ),
        sa.CheckConstraint("ends_at > starts_at and unpaid_break_minutes >= 0", name="shift_runs_forwards"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_shift_employee_starts", "shift", ["employee_id", "starts_at"], unique=False)
    op.create_index("ix_shift_team", "shift", ["team_id", "id"], unique=False)
    op.create_index("ix_shift_team_starts", "shift", ["team_id", "starts_at"], unique=False)
    op.create_table(
        "visit_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("visits_per_four_weeks", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("channel in ('in_person', 'phone', 'video')", name="visit_plan_channel_known"),
        sa.CheckConstraint(
            "minutes > 0 and visits_per_four_weeks > 0 and until_on >= from_on", name="visit_plan_makes_sense"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_plan_team", "visit_plan", ["team_id", "id"], unique=False)
    op.create_index("ix_visit_plan_team_from", "visit_plan", ["team_id", "from_on"], unique=False)
    op.create_table(
        "recorded_activity",
        sa.Column("care_activity_id", sa.Uuid(), nullable=False),
        sa.Column("care_contact_id", sa.Uuid(), nullable=False),
        sa.Column("activity_type", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["care_contact_id"], ["recorded_contact.care_contact_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("care_activity_id"),
    )
    op.create_index(
        op.f("ix_recorded_activity_care_contact_id"), "recorded_activity", ["care_contact_id"], unique=False
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("visit_plan_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("accompanied_by", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("care_contact_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("channel in ('in_person', 'phone', 'video')", name="visit_channel_known"),
        sa.CheckConstraint(
            "ends_at > starts_at and accompanied_by is distinct from employee_id and (status = 'done') = (care_contact_id is not null) and (status = 'cancelled') = (cancel_reason is not null)",
            name="visit_makes_sense",
        ),
        sa.CheckConstraint(
            "status in ('planned', 'done', 'cancelled', 'no_reply', 'missed')", name="visit_status_known"
        ),
        sa.ForeignKeyConstraint(
            ["visit_plan_id"],
            ["visit_plan.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_visit_team", "visit", ["team_id", "id"], unique=False)
    op.create_index("ix_visit_team_starts", "visit", ["team_id", "starts_at"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("visit_id", "employee_id"),
    )
    _forbid_double_booking()
    _write_attendance_by_trigger()
    _load_rules()


def _forbid_double_booking() -> None:
    """Half-open ranges, so that one visit may end at the minute the next begins."""
    op.execute("create extension if not exists btree_gist")
    op.execute("""
        alter table shift add constraint shift_one_at_a_time exclude using gist
        (employee_id with =, tstzrange(starts_at, ends_at, '[)') with &&) where (kind = 'shift')
    """)
    op.execute("""
        alter table visit add constraint visit_one_at_a_time exclude using gist
        (client_id with =, tstzrange(starts_at, ends_at, '[)') with &&) where (status in ('planned', 'done'))
    """)
    op.execute("""
        alter table attendance add constraint attendance_one_at_a_time exclude using gist
        (employee_id with =, tstzrange(starts_at, ends_at, '[)') with &&)
    """)


def _write_attendance_by_trigger() -> None:
    """One row for everybody whose time a planned or done visit holds, so that one constraint sees them all."""
    op.execute("""
        create function write_attendance() returns trigger language plpgsql as $$
        begin
            delete from attendance where visit_id = new.id;
            if new.status in ('planned', 'done') then
                insert into attendance (visit_id, employee_id, starts_at, ends_at)
                select new.id, person, new.starts_at, new.ends_at
                from unnest(array[new.employee_id, new.accompanied_by]) as person
                where person is not null;
            end if;
            return null;
        end
        $$
    """)
    op.execute("""
        create trigger attendance_of_new_visit after insert on visit
        for each row execute function write_attendance()
    """)
    op.execute("""
        create trigger attendance_of_changed_visit after update on visit for each row
        when ((old.employee_id, old.accompanied_by, old.starts_at, old.ends_at, old.status in ('planned', 'done'))
            is distinct from
            (new.employee_id, new.accompanied_by, new.starts_at, new.ends_at, new.status in ('planned', 'done')))
        execute function write_attendance()
    """)


def _load_rules() -> None:
    target = "AQuA learning report, December 2019: 60% of time patient facing"
    full_time = "NHS Terms and Conditions of Service Handbook, section 10.1: 37.5 hours a week without meal breaks"
    rules.load(
        [
            ("time.client_facing_target", date(2019, 12, 1), 60, 100, "of contracted minutes", target, "sourced"),
            ("time.full_time_week", date(2004, 10, 1), 2250, 1, "minutes", full_time, "sourced"),
        ]
    )
