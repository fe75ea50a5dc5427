"""A team and whom it serves: tasks from the meeting, named nurses before, patches, discharges, lists and stories."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ASCOF = (
    "Adult Social Care Outcomes Framework, measure 2B(1), since 2023 2D: people aged 65 and over still at home 91 days "
    "after discharge from hospital (cited from memory)"
)
CLOSED = "Heatshield's own: after so many days a period's figures are closed, and late entries no longer change them"
BANDS = "Heatshield's own bands, from ages that the 2021 census of England and Wales tells apart"
ANSWERED = "Mission, row 2.01: whoever refers is answered within a working day"
DECLINED = "Heatshield's own, for UK GDPR article 5(1)(e): details of who declined are kept no longer than is needed"
RULES: list[rules.NewRule] = [
    ("at_home.days", date(2011, 4, 1), 91, 1, "days", ASCOF, "to_be_confirmed"),
    ("at_home.from_age", date(2011, 4, 1), 65, 1, "years", ASCOF, "to_be_confirmed"),
    ("figures.settled_days", date(2011, 4, 1), 14, 1, "days", CLOSED, "to_be_confirmed"),
    ("age_band.second_from", date(2011, 4, 1), 65, 1, "years", BANDS, "to_be_confirmed"),
    ("age_band.third_from", date(2011, 4, 1), 75, 1, "years", BANDS, "to_be_confirmed"),
    ("age_band.fourth_from", date(2011, 4, 1), 85, 1, "years", BANDS, "to_be_confirmed"),
    ("referral.answer_working_days", date(2011, 4, 1), 1, 1, "working days", ANSWERED, "sourced"),
    ("anticipatory.declined_days", date(2011, 4, 1), 90, 1, "days", DECLINED, "to_be_confirmed"),
]


def upgrade() -> None:
    op.add_column("action", sa.Column("meeting_id", sa.Uuid(), nullable=True))
    rules.load(RULES)
    _care_teams()
    _reach()
    row_level_security.protect()
    _first_named_nurses()


def _care_teams() -> None:
    for column in ("sub_team", "lead_role", "lead_organisation", "lead_contact"):
        op.add_column("episode_of_care", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("episode_of_care", sa.Column("lead_since_on", sa.Date(), nullable=True))
    op.create_table(
        "care_team_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("named_nurse_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "reason in ('taken_on', 'leave', 'left_team', 'load', 'skills', 'round', 'client_asked', 'nurse_asked')",
            name="care_team_period_reason_known",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.ForeignKeyConstraint(["episode_of_care_id"], ["episode_of_care.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_care_team_period_client_id"), "care_team_period", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_care_team_period_episode_of_care_id"), "care_team_period", ["episode_of_care_id"], unique=False
    )
    op.create_index("ix_care_team_period_team", "care_team_period", ["team_id", "id"], unique=False)


def _reach() -> None:
    op.create_table(
        "anticipatory_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("ods_code", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("source in ('gp', 'pcn')", name="anticipatory_list_source_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_anticipatory_list_team", "anticipatory_list", ["team_id", "id"], unique=False)
    op.create_table(
        "patch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("streets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("postcodes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("lsoa_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("imd_decile", sa.Integer(), nullable=False),
        sa.Column("need_mix", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("imd_decile between 1 and 10", name="patch_imd_decile_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_patch_team", "patch", ["team_id", "id"], unique=False)
    op.create_table(
        "anticipatory_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("nhs_number", sa.Text(), nullable=True),
        sa.Column("nhs_number_status", sa.Text(), nullable=False),
        sa.Column("address_line", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("anticipatory_list_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("offered_how", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "offered_how in ('phone', 'letter', 'in_person')", name="anticipatory_person_offered_how_known"
        ),
        sa.CheckConstraint(
            "status in ('listed', 'offered', 'wanted', 'declined', 'declined_before', 'no_answer', 'taken_up')",
            name="anticipatory_person_status_known",
        ),
        sa.CheckConstraint(
            "why in ('frailty', 'falls', 'admissions', 'long_term_conditions', 'lives_alone', 'carer_strain', 'other')",
            name="anticipatory_person_why_known",
        ),
        sa.ForeignKeyConstraint(
            ["anticipatory_list_id"],
            ["anticipatory_list.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_anticipatory_person_list", "anticipatory_person", ["anticipatory_list_id", "id"], unique=False)
    op.create_index(op.f("ix_anticipatory_person_nhs_number"), "anticipatory_person", ["nhs_number"], unique=False)
    op.create_index("ix_anticipatory_person_team", "anticipatory_person", ["team_id", "id"], unique=False)
    op.create_table(
        "anticipatory_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("anticipatory_person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status in ('listed', 'offered', 'wanted', 'declined', 'declined_before', 'no_answer', 'taken_up')",
            name="anticipatory_step_status_known",
        ),
        sa.ForeignKeyConstraint(["anticipatory_person_id"], ["anticipatory_person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_anticipatory_step_person", "anticipatory_step", ["anticipatory_person_id", "written_at"], unique=False
    )
    op.create_table(
        "case_study",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("reflection", sa.Text(), nullable=False),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("told_to", sa.Text(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=False),
        sa.Column("consent_how", sa.Text(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("story", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("svg", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "consent_how in ('in_person', 'by_phone', 'in_writing')", name="case_study_consent_how_known"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_case_study_client_id"), "case_study", ["client_id"], unique=False)
    op.create_index("ix_case_study_team", "case_study", ["team_id", "id"], unique=False)
    op.create_table(
        "hospital_discharge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("discharged_on", sa.Date(), nullable=False),
        sa.Column("hospital_ods_code", sa.Text(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "found in ('home', 'hospital', 'care_home', 'died', 'not_known')", name="hospital_discharge_found_known"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_hospital_discharge_client_id"), "hospital_discharge", ["client_id"], unique=False)
    op.create_index(
        "ix_hospital_discharge_due",
        "hospital_discharge",
        ["team_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("due_on is not null"),
    )
    op.create_index(
        "ix_hospital_discharge_quarter", "hospital_discharge", ["team_id", "discharged_on", "id"], unique=False
    )
    op.create_index("ix_hospital_discharge_team", "hospital_discharge", ["team_id", "id"], unique=False)
    op.create_index("one_discharge_a_day", "hospital_discharge", ["client_id", "discharged_on"], unique=True)


def _first_named_nurses() -> None:
    """Of whoever is in care already, the named nurse of today is taken for the first."""
    op.execute(
        """
        insert into care_team_period (id, version, changed_at, team_id, client_id, episode_of_care_id, named_nurse_id,
                                      deputy_id, from_on, reason)
        select id, 1, changed_at, team_id, client_id, id, named_nurse_id, deputy_id, opened_on, 'taken_on'
        from episode_of_care
        """
    )
