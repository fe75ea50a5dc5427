"""What clients wish of their visits, when a team is open, other agencies' times, and people's own calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.common.migrations import row_level_security

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LINK = "(select nullif(current_setting('app.link_print', true), ''))"


def upgrade() -> None:
    _create_opening_hours()
    _create_agency_call()
    _create_links_and_wishes()
    _create_calendar_feed()
    row_level_security.protect()
    # Whoever holds a link sees what it leads to, and may put one wish beside it.
    op.execute(f"create policy of_link on visit_link for select using (link_print = {LINK})")
    mine = "l.visit_id = move_wish.visit_id and l.client_id = move_wish.client_id and l.team_id = move_wish.team_id"
    op.execute(
        "create policy by_link on move_wish for insert with check"
        f" (exists (select from visit_link l where l.link_print = {LINK} and l.revoked_at is null and {mine}))"
    )
    # A calendar is its owner's alone; by its link their own shifts and visits are read, and nothing is changed.
    own = "employee_id = (select app_employee_id())"
    linked = f"link_print = {LINK}"
    row_level_security.put_behind("calendar_feed", f"{row_level_security.EVERY_TEAM} or {own}", of_link=linked)
    feed = f"exists (select from calendar_feed f where f.link_print = {LINK} and f.revoked_at is null and {{whose}})"
    for table, whose in (
        ("shift", "f.employee_id = shift.employee_id"),
        ("visit", "f.employee_id in (visit.employee_id, visit.accompanied_by)"),
        # Of a team that they have left nothing is shown.
        ("team_member", "f.employee_id = team_member.employee_id"),
    ):
        shown = feed.format(whose=whose)
        op.execute(f"create policy of_calendar on {table} for select using ({LINK} is not null and {shown})")


def _create_calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("link_print", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("link_print"),
    )
    op.create_index(op.f("ix_calendar_feed_employee_id"), "calendar_feed", ["employee_id"], unique=False)
    # What one person makes, and where they come along, from some day on.
    op.create_index("ix_visit_employee_starts", "visit", ["employee_id", "starts_at"], unique=False)
    op.create_index(
        "ix_visit_along_starts",
        "visit",
        ["accompanied_by", "starts_at"],
        unique=False,
        postgresql_where=sa.text("accompanied_by is not null"),
    )


def _of_team() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    )


def _create_opening_hours() -> None:
    op.create_table(
        "opening_hours",
        *_of_team(),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("hours", JSONB(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_opening_hours_team", "opening_hours", ["team_id", "id"], unique=False)
    op.create_index("one_opening_of_each_day", "opening_hours", ["team_id", "from_on"], unique=True)
    op.add_column("visit", sa.Column("override_words", sa.Text(), nullable=True))
    nothing = sa.text("'{}'")
    op.add_column("visit", sa.Column("overrode", ARRAY(sa.Text()), nullable=False, server_default=nothing))


def _create_agency_call() -> None:
    op.create_table(
        "agency_call",
        sa.Column("other_care_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("times", JSONB(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("other_care_id"),
    )
    op.create_index(op.f("ix_agency_call_client_id"), "agency_call", ["client_id"], unique=False)


def _create_links_and_wishes() -> None:
    op.create_table(
        "visit_link",
        *_of_team(),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("link_print", sa.Text(), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("link_print"),
    )
    op.create_index("ix_visit_link_team", "visit_link", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_visit_link_visit_id"), "visit_link", ["visit_id"], unique=False)
    op.create_table(
        "move_wish",
        *_of_team(),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("from_minute", sa.Integer(), nullable=True),
        sa.Column("until_minute", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint("wish in ('earlier', 'later', 'another_day', 'not_at_all')", name="move_wish_wish_known"),
        sa.CheckConstraint("state in ('asked', 'accepted', 'declined')", name="move_wish_state_known"),
        sa.CheckConstraint("(state = 'asked') = (answered_at is null)", name="move_wish_makes_sense"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_move_wish_team", "move_wish", ["team_id", "id"], unique=False)
    op.create_index(
        "one_wish_at_a_time", "move_wish", ["visit_id"], unique=True, postgresql_where=sa.text("state = 'asked'")
    )
