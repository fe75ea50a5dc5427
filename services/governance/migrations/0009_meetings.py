"""The weekly meeting: agenda, asks, agreed actions and wins, and the facts that an agenda is drawn from."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    "new_referral",
    "new_client",
    "reablement",
    "reablement_decision",
    "acuity_up",
    "plan_changed",
    "plan_overdue",
    "asked",
    "win",
    "obstacle",
    "decision_due",
    "rota",
    "client_facing",
)
QUESTIONS = ("second_opinion", "who_covers", "visit_together", "new_risk", "step_down", "hand_on")
TASKS = (
    "visit",
    "ring_client",
    "ring_family",
    "ring_gp",
    "review_plan",
    "rate_again",
    "decide_reablement",
    "introduce",
    "refer_on",
    "hand_on",
)
RULES: list[rules.NewRule] = [
    (
        "meeting.looks_back_days",
        date(2019, 4, 1),
        7,
        1,
        "days",
        "King's Fund, review of the West Suffolk test-and-learn, April 2019: weekly team meetings",
        "sourced",
    ),
]


def _team_owned() -> Iterator[Any]:
    yield sa.Column("id", sa.Uuid(), nullable=False)
    yield sa.Column("version", sa.Integer(), nullable=False)
    yield sa.Column("changed_at", INSTANT, nullable=False)
    yield sa.Column("team_id", sa.Uuid(), nullable=False)
    yield sa.PrimaryKeyConstraint("id")


def _known(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    among = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({among})", name=f"{table}_{column}_known")


def upgrade() -> None:
    rules.load(RULES)
    _meetings()
    _facts()
    row_level_security.protect()


def _meetings() -> None:
    op.create_table(
        "meeting",
        *_team_owned(),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("chair_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=True),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("present", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("coach_joined", sa.Boolean(), nullable=False),
        sa.CheckConstraint("status <> 'held' or cardinality(present) > 0", name="meeting_held_with_somebody"),
        _known("meeting", "status", ("agenda", "held")),
    )
    op.create_index("one_meeting_a_day", "meeting", ["team_id", "held_on"], unique=True)
    op.create_index("ix_meeting_team", "meeting", ["team_id", "id"], unique=False)
    op.create_table(
        "agenda_item",
        *_team_owned(),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"]),
        _known("agenda_item", "kind", KINDS),
    )
    op.create_index("ix_agenda_item_team", "agenda_item", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_agenda_item_meeting_id"), "agenda_item", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_ask",
        *_team_owned(),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"]),
        _known("meeting_ask", "question", QUESTIONS),
    )
    op.create_index("ix_meeting_ask_team", "meeting_ask", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_meeting_ask_meeting_id"), "meeting_ask", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_action",
        *_team_owned(),
        sa.Column("agenda_item_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["agenda_item_id"], ["agenda_item.id"]),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"]),
        _known("meeting_action", "task", TASKS),
    )
    op.create_index("ix_meeting_action_team", "meeting_action", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_meeting_action_agenda_item_id"), "meeting_action", ["agenda_item_id"], unique=False)
    op.create_index(op.f("ix_meeting_action_meeting_id"), "meeting_action", ["meeting_id"], unique=False)
    op.create_table(
        "win",
        *_team_owned(),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=True),
        sa.Column("told_at", INSTANT, nullable=False),
    )
    op.create_index("ix_win_team", "win", ["team_id", "id"], unique=False)


def _facts() -> None:
    op.add_column("rating_fact", sa.Column("status", sa.Integer(), nullable=True))
    plan_of = sa.Column("episode_of_care_id", sa.Uuid(), nullable=False)
    told_later: tuple[sa.Column[Any], ...] = (
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=True),
        *(sa.Column(day, sa.Date(), nullable=True) for day in ("started_on", "undecided_on", "asked_on")),
    )
    columns: dict[str, tuple[sa.Column[Any], ...]] = {
        "ended_episode_fact": (sa.Column("ended_on", sa.Date(), nullable=False),),
        "agreed_plan_fact": (sa.Column("ends_on", sa.Date(), nullable=False), plan_of),
        "changed_plan_fact": (sa.Column("happened_at", INSTANT, nullable=False),),
        "reablement_fact": (sa.Column("last_free_day_on", sa.Date(), nullable=False), *told_later),
    }
    for table, (day, *later) in columns.items():
        op.create_table(table, *_team_owned(), sa.Column("client_id", sa.Uuid(), nullable=False), day, *later)
        op.create_index(f"ix_{table}_team", table, ["team_id", "id"], unique=False)
        op.create_index(f"ix_{table}_period", table, ["team_id", day.name], unique=False)
