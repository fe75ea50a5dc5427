"""Out of hours: handovers and summary shares by a link, the end-of-life plan, and syringe drivers."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from services.common.migrations import row_level_security, rules

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
BANK_HOLIDAYS = (
    "Derived: from the evening before Good Friday to the morning after Easter Monday; the team is never away longer"
)
PROPOSAL = "A proposal, for the trust's Caldicott guardian to confirm: no law and no standard gives the figure"
ONE_DAY = (
    "Derived: a syringe is made up for 24 hours, so somebody comes within them; the trust's own policy may ask for more"
)
RULES: list[rules.NewRule] = [
    ("handover.most_hours", BEGINNING, 112, 1, "hours", BANK_HOLIDAYS, "derived"),
    ("one_time_link.wrong_codes", BEGINNING, 5, 1, "wrong codes", PROPOSAL, "to_be_confirmed"),
    ("summary_share.days", BEGINNING, 7, 1, "days", PROPOSAL, "to_be_confirmed"),
    ("syringe_driver.check_hours", BEGINNING, 24, 1, "hours", ONE_DAY, "to_be_confirmed"),
]
INSTANT = sa.DateTime(timezone=True)
# Whoever holds a link is in no team. They meet the one row that it leads to, and write to that one.
LINK = "(select nullif(current_setting('app.link_print', true), ''))"
LINKED = f"link_print = {LINK}"
OWN_HANDOVER = (
    "exists (select from handover h where h.id = handover_note.handover_id and h.team_id = handover_note.team_id"
    f" and h.status = 'accepted' and h.{LINKED})"
)


def upgrade() -> None:
    rules.load(RULES)
    _create_handover()
    _create_summary_share()
    _create_end_of_life()
    _create_syringe_driver()
    row_level_security.protect()
    for table in ("handover", "summary_share"):
        op.execute(f"create policy of_link on {table} for select using ({LINKED})")
        op.execute(f"create policy by_link on {table} for update using ({LINKED}) with check ({LINKED})")
    op.execute(f"create policy by_link on handover_note for insert with check ({OWN_HANDOVER})")


def _of_team() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
    ]


def _of_link() -> list[SchemaItem]:
    return [
        sa.Column("link_print", sa.Text(), nullable=True),
        sa.Column("code_print", sa.Text(), nullable=True),
        sa.Column("pass_print", sa.Text(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.Column("opened_as", sa.Text(), nullable=True),
        sa.UniqueConstraint("link_print"),
    ]


def _create_handover() -> None:
    op.create_table(
        "handover",
        *_of_team(),
        *_of_link(),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("watch_for", sa.Text(), nullable=False),
        sa.Column("to_do", sa.Text(), nullable=False),
        sa.Column("who_to_call", postgresql.JSONB(), nullable=False),
        sa.Column("on_call_id", sa.Uuid(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("accept_by", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("end_of_life_number", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "status in ('drafted', 'sent', 'accepted', 'expired', 'done', 'returned')", name="handover_status_known"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_handover_client_id"), "handover", ["client_id"], unique=False)
    op.create_index("ix_handover_team", "handover", ["team_id", "id"], unique=False)
    op.create_index("ix_handover_waiting", "handover", ["accept_by"], postgresql_where=sa.text("status = 'sent'"))
    op.create_table(
        "handover_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_handover_note_handover_id"), "handover_note", ["handover_id"], unique=False)


def _create_summary_share() -> None:
    op.create_table(
        "summary_share",
        *_of_team(),
        *_of_link(),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("agreed_how", sa.Text(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=True),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "agreed_how in ('in_person', 'by_phone', 'best_interests')", name="summary_share_agreed_how_known"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_summary_share_client_id"), "summary_share", ["client_id"], unique=False)
    op.create_index("ix_summary_share_team", "summary_share", ["team_id", "id"], unique=False)


def _create_end_of_life() -> None:
    op.create_table(
        "end_of_life_plan",
        *_of_team(),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_id"),
    )
    op.create_index("ix_end_of_life_plan_team", "end_of_life_plan", ["team_id", "id"], unique=False)
    known = "in ('home', 'care_home', 'hospice', 'hospital', 'other', 'undecided')"
    op.create_table(
        "end_of_life_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("end_of_life_plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("respect", postgresql.JSONB(), nullable=True),
        sa.Column("preferred_place_of_care", sa.Text(), nullable=False),
        sa.Column("preferred_place_of_death", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=True),
        sa.Column("night_plan", sa.Text(), nullable=True),
        sa.Column("verification_of_death", sa.Text(), nullable=True),
        sa.Column("just_in_case_box", postgresql.JSONB(), nullable=True),
        sa.Column("box_expires_on", sa.Date(), nullable=True),
        sa.Column("who_to_call", postgresql.JSONB(), nullable=False),
        *(
            sa.CheckConstraint(f"{column} {known}", name=f"end_of_life_version_{column}_known")
            for column in ("preferred_place_of_care", "preferred_place_of_death")
        ),
        sa.ForeignKeyConstraint(["end_of_life_plan_id"], ["end_of_life_plan.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    numbered = ["end_of_life_plan_id", "number"]
    op.create_index("one_version_per_number", "end_of_life_version", numbered, unique=True)


def _create_syringe_driver() -> None:
    op.create_table(
        "syringe_driver",
        *_of_team(),
        sa.Column("medicines", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("last_checked_at", INSTANT, nullable=False),
        sa.Column("next_due_at", INSTANT, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("stopped_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_syringe_driver_client_id"), "syringe_driver", ["client_id"], unique=False)
    op.create_index("ix_syringe_driver_team", "syringe_driver", ["team_id", "id"], unique=False)
    due = ["team_id", "next_due_at"]
    op.create_index("ix_syringe_driver_due", "syringe_driver", due, postgresql_where=sa.text("stopped_at is null"))
    op.create_table(
        "syringe_driver_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("syringe_driver_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("rate_hundredths_ml_per_hour", sa.Integer(), nullable=False),
        sa.Column("volume_left_hundredths_ml", sa.Integer(), nullable=False),
        sa.Column("next_due_at", INSTANT, nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["syringe_driver_id"], ["syringe_driver.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    index = op.f("ix_syringe_driver_check_syringe_driver_id")
    op.create_index(index, "syringe_driver_check", ["syringe_driver_id"], unique=False)
