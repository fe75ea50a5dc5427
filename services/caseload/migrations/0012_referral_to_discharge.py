"""From referral to discharge: criteria, questions, links to refer by, transfers, pauses and how care ended."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BEGINNING = date(2019, 4, 1)
A_LINK = "A proposal: no law and no standard says how long a link to refer by is good for"
RULES: list[rules.NewRule] = [
    ("referral_link.person_days", BEGINNING, 14, 1, "days", A_LINK, "to_be_confirmed"),
    ("referral_link.back_days", BEGINNING, 365, 1, "days", A_LINK, "to_be_confirmed"),
    ("referral_link.place_days", BEGINNING, 90, 1, "days", A_LINK, "to_be_confirmed"),
    ("referral_link.place_uses", BEGINNING, 30, 1, "referrals", A_LINK, "to_be_confirmed"),
]


# Whoever holds a link is in no team (ADR 25). They meet its own row, refer to its team, and see what their receipt is of.
LINKED = "link_print = (select nullif(current_setting('app.link_print', true), ''))"
RECEIPT = "(select nullif(current_setting('app.receipt_id', true), '')::uuid)"
BY_OWN_LINK = (
    "exists (select from referral_link l where l.id = referral.referral_link_id and l.team_id = referral.team_id"
    f" and l.source = referral.source and l.{LINKED})"
)
UNDECIDED = "status = 'received' and client_id is null"


def upgrade() -> None:
    rules.load(RULES)
    _referral_criteria()
    _referral_question()
    _discharge()
    _referral_link()
    _caseload_transfer()
    row_level_security.protect()
    op.execute(f"create policy of_link on referral_link for select using ({LINKED})")
    op.execute(f"create policy by_link on referral_link for update using ({LINKED}) with check ({LINKED})")
    # Asked after what admits the team, as its name comes before `acts` (migration 0011).
    op.execute(f"create policy a_of_link on referral for select using (id = {RECEIPT} and {BY_OWN_LINK})")
    op.execute(f"create policy by_link on referral for insert with check ({UNDECIDED} and {BY_OWN_LINK})")


def _aggregate(name: str, *columns: sa.Column[object] | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        *columns,
    )
    op.create_index(f"ix_{name}_team", name, ["team_id", "id"])


def _referral_criteria() -> None:
    _aggregate(
        "referral_criteria",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("health_need_required", sa.Boolean(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("set_by", sa.Uuid()),
        sa.Column("from_at", INSTANT, nullable=False),
    )
    op.create_index("one_criteria_edition", "referral_criteria", ["team_id", "edition"], unique=True)
    op.add_column("referral", sa.Column("need", sa.Text()))
    needs = "'wound', 'medicines', 'long_term_condition', 'continence', 'end_of_life', 'recovery', 'personal_care'"
    known = f"need in ({needs}, 'mental_health', 'social', 'other')"
    op.create_check_constraint("referral_need_known", "referral", known)
    op.add_column("referral", sa.Column("criteria_id", sa.Uuid(), sa.ForeignKey("referral_criteria.id")))


def _referral_question() -> None:
    op.drop_constraint("referral_status_known", "referral", type_="check")
    known = "status in ('received', 'needs_info', 'accepted', 'not_taken')"
    op.create_check_constraint("referral_status_known", "referral", known)
    op.create_table(
        "referral_question",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), sa.ForeignKey("referral.id"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid()),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answered_at", INSTANT),
        sa.Column("recorded_by", sa.Uuid()),
    )
    op.create_index("ix_referral_question_referral_id", "referral_question", ["referral_id"])


def _discharge() -> None:
    for name in ("paused_on", "ended_on"):
        op.add_column("episode_of_care", sa.Column(name, sa.Date()))
    for name in ("pause_reason", "end_reason", "safety_net", "ring", "come_back"):
        op.add_column("episode_of_care", sa.Column(name, sa.Text()))
    op.create_check_constraint(
        "episode_of_care_makes_sense",
        "episode_of_care",
        "(status = 'onhold') <= (paused_on is not null) and (status = 'finished') = (ended_on is not null)"
        " and (ended_on is null or end_reason = 'died' or num_nulls(safety_net, ring, come_back) = 0)",
    )
    _one_open_episode()
    _aggregate(
        "episode_pause",
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), sa.ForeignKey("episode_of_care.id"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Uuid()),
        sa.CheckConstraint("reason in ('in_hospital', 'away')", name="episode_pause_reason_known"),
    )
    op.create_index("ix_episode_pause_episode_of_care_id", "episode_pause", ["episode_of_care_id"])
    op.create_index("ix_care_contact_episode", "care_contact", ["episode_of_care_id", "started_at"])


def _one_open_episode() -> None:
    """Which of two open episodes is the right one is for the team to say, so nothing is closed here."""
    op.execute(
        """
        do $$ declare doubled text; begin
            select string_agg(client_id::text, ', ') into doubled from (
                select client_id from episode_of_care where status <> 'finished' group by client_id having count(*) > 1
            ) several;
            if doubled is not null then
                raise exception 'These clients are in care more than once: %', doubled using hint =
                    'With the team, move what was recorded in one episode_of_care to the other; delete it; migrate again.';
            end if;
        end $$
        """
    )
    op.create_index(
        "one_open_episode_per_client",
        "episode_of_care",
        ["client_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'finished'"),
    )


def _referral_link() -> None:
    _aggregate(
        "referral_link",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("given_to", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id")),
        sa.Column("link_print", sa.Text(), unique=True),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", INSTANT),
        sa.CheckConstraint("kind in ('person', 'place')", name="referral_link_kind_known"),
        sa.CheckConstraint("source in ('self', 'self_re_referral', 'community')", name="referral_link_source_known"),
    )
    op.add_column("referral", sa.Column("referral_link_id", sa.Uuid(), sa.ForeignKey("referral_link.id")))
    op.create_index("ix_referral_referral_link_id", "referral", ["referral_link_id"])
    op.add_column("referral", sa.Column("consent_at", INSTANT))
    op.add_column("referral", sa.Column("referrer_phone", sa.Text()))


def _caseload_transfer() -> None:
    _aggregate(
        "caseload_transfer",
        sa.Column("from_service", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Uuid()),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("corrected_because", sa.Text()),
        sa.Column("abandoned_because", sa.Text()),
        sa.CheckConstraint("status in ('open', 'closed', 'abandoned')", name="caseload_transfer_status_known"),
    )
    transfer = sa.ForeignKey("caseload_transfer.id")
    _aggregate(
        "transferred_client",
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date()),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text()),
        sa.Column("nhs_number_status", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text()),
        sa.Column("postcode", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("caseload_transfer_id", sa.Uuid(), transfer, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("need", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("left_out_reason", sa.Text()),
        sa.Column("client_id", sa.Uuid()),
        sa.Column("decided_by", sa.Uuid()),
        sa.CheckConstraint("status in ('waiting', 'taken_over', 'left_out')", name="transferred_client_status_known"),
    )
    op.create_index("ix_transferred_client_nhs_number", "transferred_client", ["nhs_number"])
    op.create_index("ix_transferred_client_caseload_transfer_id", "transferred_client", ["caseload_transfer_id"])
