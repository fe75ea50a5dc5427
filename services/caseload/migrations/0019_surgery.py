"""The surgery: seats for its people, whom the team shares with it, and notes to and fro."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from services.common.migrations import row_level_security, rules

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
A_YEAR = (
    "Derived from NHS England, Data Security and Protection Toolkit: who has access to a system is reviewed at least once a "
    "year; one year is a proposal, for the trust's Caldicott guardian to confirm"
)
# Somebody of a surgery is in no team. Whether they have any seat at all is asked once a statement, so that a row of the
# team's own costs a nurse no search.
SEAT = (
    "s.guest = (select current_setting('app.actor', true)) and s.confirmed_at is not null and s.ended_at is null"
    " and s.until_at > now()"
)
A_SEAT = f"exists (select from surgery_seat s where {SEAT})"
SEATED = f"(select {A_SEAT})"
# What they are shown: each of these through the one before, and no more than a select of it.
SHOWN = {
    "surgery_seat": "guest = (select current_setting('app.actor', true))",
    "surgery_share": "stopped_at is null and exists (select from surgery_seat s where s.team_id = surgery_share.team_id"
    f" and s.ods_code = surgery_share.ods_code and {SEAT})",
    "episode_of_care": f"{SEATED} and status <> 'finished' and exists (select from surgery_share h"
    " where h.episode_of_care_id = episode_of_care.id and h.team_id = episode_of_care.team_id)",
    "client": f"{SEATED} and exists (select from surgery_share h join episode_of_care e on e.id = h.episode_of_care_id"
    " where h.client_id = client.id and h.team_id = client.team_id)",
    "care_contact": f"{SEATED} and exists (select from surgery_share h join episode_of_care e on e.id ="
    " h.episode_of_care_id where e.id = care_contact.episode_of_care_id and h.team_id = care_contact.team_id)",
    "member_role": f"{SEATED} and exists (select from surgery_seat s where s.team_id = member_role.team_id and {SEAT})",
}
NOTES = (
    f"{SEATED} and exists (select from surgery_share h join client c on c.id = h.client_id where h.client_id ="
    " surgery_note.client_id and h.team_id = surgery_note.team_id and h.ods_code = surgery_note.ods_code)"
)


def upgrade() -> None:
    rules.load([("surgery_seat.days", date(2019, 4, 1), 365, 1, "days", A_YEAR, "to_be_confirmed")])
    _create_seat()
    _create_share()
    _create_note()
    row_level_security.protect()
    for name, condition in SHOWN.items():
        op.execute(f'create policy of_surgery on "{name}" for select using ({condition})')
    op.execute(f"create policy of_surgery on surgery_note for select using ({NOTES})")
    # They write for their own side, and say of the team's notes that they have seen them.
    op.execute(f"create policy by_surgery on surgery_note for insert with check (side = 'surgery' and {NOTES})")
    seen = f"side = 'team' and {NOTES}"
    op.execute(f"create policy seen_by_surgery on surgery_note for update using ({seen}) with check ({seen})")


def _of_team() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
    ]


def _of_client(table: str, *columns: SchemaItem) -> None:
    client = sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False)
    op.create_table(table, *_of_team(), client, *columns)
    op.create_index(f"ix_{table}_team", table, ["team_id", "id"])
    op.create_index(f"ix_{table}_client_id", table, ["client_id"])


def _create_seat() -> None:
    op.create_table(
        "surgery_seat",
        *_of_team(),
        sa.Column("ods_code", sa.Text(), nullable=False),
        sa.Column("guest", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("confirmed_by <> given_by", name="surgery_seat_confirmed_by_another"),
    )
    op.create_index("ix_surgery_seat_team", "surgery_seat", ["team_id", "id"])
    op.create_index("ix_surgery_seat_guest", "surgery_seat", ["guest"], postgresql_where=sa.text("ended_at is null"))


def _create_share() -> None:
    _of_client(
        "surgery_share",
        sa.Column("episode_of_care_id", sa.Uuid(), sa.ForeignKey("episode_of_care.id"), nullable=False),
        sa.Column("ods_code", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("basis in ('consent', 'direct_care')", name="surgery_share_basis_known"),
        sa.CheckConstraint(
            "stop_reason in ('objection', 'another_surgery', 'no_longer_needed')",
            name="surgery_share_stop_reason_known",
        ),
        sa.CheckConstraint("(stopped_at is null) = (stop_reason is null)", name="surgery_share_stopped_for_a_reason"),
    )
    is_open = sa.text("stopped_at is null")
    op.create_index(
        "one_surgery_share_open", "surgery_share", ["episode_of_care_id"], unique=True, postgresql_where=is_open
    )
    op.create_index(
        "ix_surgery_share_list", "surgery_share", ["team_id", "ods_code", "client_id"], postgresql_where=is_open
    )


def _create_note() -> None:
    _of_client(
        "surgery_note",
        sa.Column("ods_code", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("author_role", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("amends_id", sa.Uuid(), sa.ForeignKey("surgery_note.id"), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.CheckConstraint("side in ('team', 'surgery')", name="surgery_note_side_known"),
    )
    unseen = sa.text("side = 'surgery' and seen_at is null")
    op.create_index("ix_surgery_note_unseen", "surgery_note", ["team_id"], postgresql_where=unseen)
