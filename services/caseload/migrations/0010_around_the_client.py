"""Around the client: network, carers, village, feedback, other agencies, tests, self-care and the client's tasks."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEGINNING = date(2019, 4, 1)
SECTION_10 = (
    "Care Act 2014, section 10, gives the right and no period: a proposal, for the council and the team to confirm"
)
BEDARD = (
    "Bédard M and others, The Gerontologist 2001;41:652-657, short and screening versions of the Zarit Burden Interview "
    "(cited from memory)"
)
HALF = "Modified Carer Strain Index, Thornton and Travis 2003, gives no cut-off: half of the scale is a proposal"
KINGS_FUND = "King's Fund, review of the West Suffolk Buurtzorg test-and-learn, April 2019, on"
STEP = (
    "AQuA, Buurtzorg learning report, December 2019, asks what happens to those who do not: four weeks are a proposal"
)
RULES: list[rules.NewRule] = [
    ("carer_assessment.offer_days", BEGINNING, 14, 1, "days", SECTION_10, "to_be_confirmed"),
    ("carer_assessment.answer_days", BEGINNING, 14, 1, "days", SECTION_10, "to_be_confirmed"),
    ("carer_assessment.council_days", BEGINNING, 28, 1, "days", SECTION_10, "to_be_confirmed"),
    ("carer_strain.zbi_4", BEGINNING, 8, 16, "points", BEDARD, "to_be_confirmed"),
    ("carer_strain.zbi_12", BEGINNING, 17, 48, "points", BEDARD, "to_be_confirmed"),
    ("carer_strain.mcsi", BEGINNING, 13, 26, "points", HALF, "to_be_confirmed"),
    (
        "asset.confirm_days",
        BEGINNING,
        183,
        1,
        "days",
        f"{KINGS_FUND} “good links with non-statutory services in the village”: half a year is a proposal",
        "to_be_confirmed",
    ),
    (
        "introduction.follow_up_days",
        BEGINNING,
        42,
        1,
        "days",
        f"{KINGS_FUND} “introduce people to services (such as a befriending service)”: six weeks are a proposal",
        "to_be_confirmed",
    ),
    (
        "feedback.sample_size",
        BEGINNING,
        10,
        1,
        "people a quarter",
        f"{KINGS_FUND} “a sufficient number of randomised or representative individuals”: ten is a proposal",
        "to_be_confirmed",
    ),
    (
        "test.result_days",
        BEGINNING,
        5,
        1,
        "days",
        f"{KINGS_FUND} “blood tests”: five days for a result or a reason are a proposal",
        "to_be_confirmed",
    ),
    (
        "test.act_days",
        BEGINNING,
        1,
        1,
        "days",
        f"{KINGS_FUND} “blood tests”: the day after is a proposal",
        "to_be_confirmed",
    ),
    (
        "test.chase_days",
        BEGINNING,
        5,
        1,
        "days",
        f"{KINGS_FUND} “blood tests”: a reason holds for five days, as a proposal",
        "to_be_confirmed",
    ),
    ("self_care.step_days", BEGINNING, 28, 1, "days", STEP, "to_be_confirmed"),
]


def upgrade() -> None:
    rules.load(RULES)
    _create_asset()
    _create_feedback_round()
    _create_clinical_test()
    _create_introduction()
    _create_mdt_discussion()
    _create_network_person()
    _create_other_care()
    _create_self_care_skill()
    _create_carer()
    _create_self_care_step()
    _create_carer_strain()
    _create_feedback_asked()
    _create_action()
    row_level_security.protect()


def _create_asset() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind in ('befriending', 'club', 'faith', 'food', 'transport', 'exercise', 'advice', 'carers', 'volunteering', 'other')",
            name="asset_kind_known",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_asset_due", "asset", ["team_id", "due_on"], unique=False, postgresql_where=sa.text("due_on is not null")
    )
    op.create_index(op.f("ix_asset_kind"), "asset", ["kind"], unique=False)
    op.create_index("ix_asset_team", "asset", ["team_id", "id"], unique=False)


def _create_feedback_round() -> None:
    op.create_table(
        "feedback_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("frame", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_feedback_round_team", "feedback_round", ["team_id", "id"], unique=False)
    op.create_index("one_round_per_quarter", "feedback_round", ["team_id", "quarter_on"], unique=True)


def _create_clinical_test() -> None:
    op.create_table(
        "clinical_test",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("take_by", sa.Date(), nullable=False),
        sa.Column("chaser_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("abnormal", sa.Boolean(), nullable=True),
        sa.Column("acted_on", sa.Date(), nullable=True),
        sa.Column("acted", sa.Text(), nullable=True),
        sa.Column("acted_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('blood', 'urine', 'swab', 'stool', 'ecg', 'imaging', 'other')", name="clinical_test_kind_known"
        ),
        sa.CheckConstraint(
            "status in ('requested', 'taken', 'resulted', 'acted_on', 'cancelled')", name="clinical_test_status_known"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_clinical_test_chaser_id"), "clinical_test", ["chaser_id"], unique=False)
    op.create_index(op.f("ix_clinical_test_client_id"), "clinical_test", ["client_id"], unique=False)
    op.create_index(
        "ix_clinical_test_due",
        "clinical_test",
        ["team_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("due_on is not null"),
    )
    op.create_index("ix_clinical_test_team", "clinical_test", ["team_id", "id"], unique=False)


def _create_introduction() -> None:
    op.create_table(
        "introduction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("hoped_for", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("followed_up_on", sa.Date(), nullable=True),
        sa.Column("why_not", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("introduced_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('offered', 'accepted', 'started', 'still_going', 'stopped')", name="introduction_status_known"
        ),
        sa.CheckConstraint(
            "why_not in ('not_wanted', 'never_started', 'transport', 'money', 'health', 'not_for_them', 'closed', 'full', 'other')",
            name="introduction_why_not_known",
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["asset.id"],
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_introduction_asset_id"), "introduction", ["asset_id"], unique=False)
    op.create_index(op.f("ix_introduction_client_id"), "introduction", ["client_id"], unique=False)
    op.create_index(
        "ix_introduction_due",
        "introduction",
        ["team_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("due_on is not null"),
    )
    op.create_index("ix_introduction_team", "introduction", ["team_id", "id"], unique=False)


def _create_mdt_discussion() -> None:
    op.create_table(
        "mdt_discussion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("lead_employee_id", sa.Uuid(), nullable=True),
        sa.Column("present", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_mdt_discussion_client_id"), "mdt_discussion", ["client_id"], unique=False)
    op.create_index("ix_mdt_discussion_team", "mdt_discussion", ["team_id", "id"], unique=False)


def _create_network_person() -> None:
    op.create_table(
        "network_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tie", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("does", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("consent_how", sa.Text(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "consent_how in ('in_person', 'by_phone', 'in_writing')", name="network_person_consent_how_known"
        ),
        sa.CheckConstraint("flow in ('to_client', 'from_client', 'both')", name="network_person_flow_known"),
        sa.CheckConstraint("strength in ('strong', 'weak', 'stressful')", name="network_person_strength_known"),
        sa.CheckConstraint(
            "tie in ('partner', 'child', 'parent', 'sibling', 'relative', 'friend', 'neighbour', 'faith_community', 'volunteer', 'other')",
            name="network_person_tie_known",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_network_person_client_id"), "network_person", ["client_id"], unique=False)
    op.create_index("ix_network_person_team", "network_person", ["team_id", "id"], unique=False)


def _create_other_care() -> None:
    op.create_table(
        "other_care",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("times", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('personal_care', 'meals', 'sitting', 'domestic', 'day_centre', 'therapy', 'nursing', 'other')",
            name="other_care_kind_known",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_other_care_client_id"), "other_care", ["client_id"], unique=False)
    op.create_index("ix_other_care_team", "other_care", ["team_id", "id"], unique=False)


def _create_self_care_skill() -> None:
    op.create_table(
        "self_care_skill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("learner", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("last_step_on", sa.Date(), nullable=True),
        sa.Column("signed_off_on", sa.Date(), nullable=True),
        sa.Column("signed_off_by", sa.Uuid(), nullable=True),
        sa.Column("client_words", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("capacity_assessed_on", sa.Date(), nullable=True),
        sa.Column("best_interests", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "because in ('not_able', 'not_wanted', 'lacks_capacity')", name="self_care_skill_because_known"
        ),
        sa.CheckConstraint("status <> 'not_possible' or num_nonnulls(because, reason) = 2", name="no_silent_failure"),
        sa.CheckConstraint(
            "status in ('wanted', 'taught', 'practised', 'signed_off', 'not_possible')",
            name="self_care_skill_status_known",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_self_care_skill_client_id"), "self_care_skill", ["client_id"], unique=False)
    op.create_index(
        "ix_self_care_skill_due",
        "self_care_skill",
        ["team_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("due_on is not null"),
    )
    op.create_index("ix_self_care_skill_team", "self_care_skill", ["team_id", "id"], unique=False)


def _create_carer() -> None:
    op.create_table(
        "carer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("network_person_id", sa.Uuid(), nullable=False),
        sa.Column("identified_on", sa.Date(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("hours_per_week", sa.Integer(), nullable=True),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("declined_reason", sa.Text(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("strain_on", sa.Date(), nullable=True),
        sa.Column("strain_scale", sa.Text(), nullable=True),
        sa.Column("strain_score", sa.Integer(), nullable=True),
        sa.Column("strained", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "assessment in ('to_offer', 'offered', 'wanted', 'declined', 'done')", name="carer_assessment_known"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["network_person_id"],
            ["network_person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("network_person_id"),
    )
    op.create_index(op.f("ix_carer_client_id"), "carer", ["client_id"], unique=False)
    op.create_index(
        "ix_carer_due", "carer", ["team_id", "due_on"], unique=False, postgresql_where=sa.text("due_on is not null")
    )
    op.create_index("ix_carer_strained", "carer", ["team_id", "id"], unique=False, postgresql_where=sa.text("strained"))
    op.create_index("ix_carer_team", "carer", ["team_id", "id"], unique=False)


def _create_self_care_step() -> None:
    op.create_table(
        "self_care_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('taught', 'practised')", name="self_care_step_kind_known"),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["self_care_skill.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_self_care_step_skill_id"), "self_care_step", ["skill_id"], unique=False)


def _create_carer_strain() -> None:
    op.create_table(
        "carer_strain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("measured_by", sa.Uuid(), nullable=True),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("scale in ('zbi_4', 'zbi_12', 'mcsi')", name="carer_strain_scale_known"),
        sa.ForeignKeyConstraint(
            ["carer_id"],
            ["carer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_carer_strain_carer_id"), "carer_strain", ["carer_id"], unique=False)


def _create_feedback_asked() -> None:
    op.create_table(
        "feedback_asked",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("feedback_round_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("carer_id", sa.Uuid(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("channel in ('phone', 'paper', 'in_person')", name="feedback_asked_channel_known"),
        sa.ForeignKeyConstraint(
            ["carer_id"],
            ["carer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["feedback_round_id"],
            ["feedback_round.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_feedback_asked_client_id"), "feedback_asked", ["client_id"], unique=False)
    op.create_index(op.f("ix_feedback_asked_feedback_round_id"), "feedback_asked", ["feedback_round_id"], unique=False)
    op.create_index("ix_feedback_asked_team", "feedback_asked", ["team_id", "id"], unique=False)


def _create_action() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("network_person_id", sa.Uuid(), nullable=True),
        sa.Column("outside", sa.Text(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("care_plan_line_id", sa.Uuid(), nullable=True),
        sa.Column("mdt_discussion_id", sa.Uuid(), nullable=True),
        sa.Column("how_often", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("status in ('open', 'done', 'given_back')", name="action_status_known"),
        sa.CheckConstraint("num_nonnulls(employee_id, network_person_id, outside) = 1", name="action_done_by_one"),
        sa.ForeignKeyConstraint(
            ["care_plan_line_id"],
            ["care_plan_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mdt_discussion_id"],
            ["mdt_discussion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["network_person_id"],
            ["network_person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_action_client_id"), "action", ["client_id"], unique=False)
    op.create_index(
        "ix_action_due", "action", ["team_id", "due_on"], unique=False, postgresql_where=sa.text("due_on is not null")
    )
    op.create_index(op.f("ix_action_mdt_discussion_id"), "action", ["mdt_discussion_id"], unique=False)
    op.create_index(op.f("ix_action_network_person_id"), "action", ["network_person_id"], unique=False)
    op.create_index("ix_action_team", "action", ["team_id", "id"], unique=False)
