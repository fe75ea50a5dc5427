"""Statutory returns: what owners say beside FHIR, national codes, what was asked for, and the files in parts."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.common.migrations import row_level_security, rules

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FROM = date(2026, 11, 1)
RULES = [
    (
        "return.kept_days",
        FROM,
        92,
        1,
        "days",
        "Ours: past the refresh window of its month; UK GDPR article 5(1)(e) keeps it short",
        "to_be_confirmed",
    ),
    (
        "return.most_at_once",
        FROM,
        20,
        1,
        "returns that wait",
        "Ours: they are made one after another",
        "to_be_confirmed",
    ),
]
# Since CSDS v1.6 is in force.
CSDS_FROM = date(2023, 1, 1)
DICTIONARY = "NHS Data Dictionary, "
# List, the element of the dictionary, how sure we are that the codes stand for our words, and these pairs.
CLD_FROM = date(2025, 7, 1)
CLD = "DHSC, Client Level Data release 2, as its published checks name it"
CODES: list[tuple[str, str, str, dict[str, str]]] = [
    (
        "Gender",
        "PERSON STATED GENDER CODE",
        "to_be_confirmed",
        {"male": "1", "female": "2", "other": "9", "unknown": "X"},
    ),
    (
        "SourceOfReferral",
        "SOURCE OF REFERRAL FOR COMMUNITY",
        "sourced",
        {
            "gp": "01",
            "self": "02",
            "self_re_referral": "02",
            "urgent_care": "05",
            "hospital": "06",
            "community_nursing": "07",
            "council": "11",
            "unknown": "99",
        },
    ),
    ("SourceOfReferral", "SOURCE OF REFERRAL FOR COMMUNITY", "to_be_confirmed", {"agency": "21", "community": "20"}),
    ("SourceOfReferral", "SOURCE OF REFERRAL FOR COMMUNITY", "to_be_confirmed", {"other": "99"}),
    (
        "Priority_Type",
        "PRIORITY TYPE CODE",
        "to_be_confirmed",
        {"routine": "1", "urgent": "2", "asap": "2", "stat": "2"},
    ),
    (
        "PrimaryReferralReason",
        "PRIMARY REASON FOR REFERRAL (COMMUNITY CARE)",
        "to_be_confirmed",
        {"wound": "070", "continence": "015", "end_of_life": "026", "recovery": "056", "personal_care": "051"},
    ),
    ("TeamType", "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)", "to_be_confirmed", {"team": "45"}),
    (
        "Referral_ClosureReason",
        "REFERRAL CLOSURE REASON",
        "to_be_confirmed",
        {
            "goals_met": "02",
            "stepped_down": "02",
            "moved_away": "03",
            "care_home": "04",
            "another_service": "08",
            "client_asked": "07",
            "died": "06",
        },
    ),
    (
        "Referral_RejectionReason",
        "REFERRAL REJECTION REASON",
        "to_be_confirmed",
        {"no_health_need": "02", "out_of_area": "02", "another_service": "02"},
    ),
    ("WaitingTime_MeasurementType", "WAITING TIME MEASUREMENT TYPE", "to_be_confirmed", {"stat": "05", "asap": "06"}),
    (
        "Plan_AgreedBy",
        "CARE PLAN AGREED BY",
        "to_be_confirmed",
        {"in_person": "10", "by_phone": "10", "best_interests": "13"},
    ),
    (
        "ConsMechanism",
        "CONSULTATION MECHANISM (COMMUNITY CARE)",
        "sourced",
        {"in_person": "01", "phone": "02", "video": "11"},
    ),
    ("Activity_LocationType", "ACTIVITY LOCATION TYPE CODE", "to_be_confirmed", {"in_person": "A01"}),
    (
        "Activity_Type",
        "COMMUNITY CARE ACTIVITY TYPE",
        "to_be_confirmed",
        {
            "nursing": "03",
            "personal_care": "97",
            "reablement": "03",
            "wider_support": "04",
            "coordination": "97",
        },
    ),
]


def upgrade() -> None:
    op.add_column("resource", sa.Column("facts", JSONB(), nullable=True))
    _create_national_code()
    _create_return()
    rules.load(RULES)
    row_level_security.protect()
    # The parts of a return are about clients of every team, and belong to none.
    row_level_security.put_behind("return_part", row_level_security.EVERY_TEAM)


def _create_national_code() -> None:
    table = op.create_table(
        "national_code",
        *(sa.Column(name, sa.Text(), primary_key=True) for name in ("code_list", "own_code")),
        sa.Column("from_on", sa.Date(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("national_code", "source", "status")),
    )
    rows = [
        {
            "code_list": code_list,
            "own_code": own,
            "from_on": CSDS_FROM,
            "national_code": national,
            "source": f"{DICTIONARY}{element}, as CSDS v1.6 lists it",
            "status": status,
        }
        for code_list, element, status, pairs in CODES
        for own, national in pairs.items()
    ]
    commissioned = {"national_code": "CASSR commissioned support", "source": CLD, "status": "to_be_confirmed"}
    rows.append({"code_list": "Delivery_Mechanism", "own_code": "team", "from_on": CLD_FROM, **commissioned})
    op.bulk_insert(table, rows)


def _create_return() -> None:
    op.create_table(
        "statutory_return",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), sa.ForeignKey("connection.id"), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("failures", "rows", "refused")),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("files", "faults")),
        sa.CheckConstraint("kind in ('csds', 'cld')", name="statutory_return_kind_known"),
        sa.CheckConstraint("status in ('waiting', 'made', 'failed')", name="statutory_return_status_known"),
    )
    op.create_table(
        "return_part",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "statutory_return_id",
            sa.Uuid(),
            sa.ForeignKey("statutory_return.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("statutory_return_id", "name", "number", name="one_part_per_number"),
    )
    op.create_index("ix_statutory_return_status", "statutory_return", ["status", "changed_at"])
    op.create_index("ix_statutory_return_kind", "statutory_return", ["kind", "id"])
    op.create_index("ix_statutory_return_expires_at", "statutory_return", ["expires_at"])
