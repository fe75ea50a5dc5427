"""Who must be told is told: competence by hr's word, alerts, who is on call, and the devices that are woken."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BEGINNING = date(2019, 4, 1)
PROPOSAL = "A proposal, for the team and its clinical lead to confirm: no law and no standard gives the figure"
RULES: list[rules.NewRule] = [
    ("alert.late_dose_minutes", BEGINNING, 15, 1, "minutes", PROPOSAL, "to_be_confirmed"),
    ("alert.handover_minutes", BEGINNING, 15, 1, "minutes", PROPOSAL, "to_be_confirmed"),
    ("alert.review_minutes", BEGINNING, 1440, 1, "minutes", PROPOSAL, "to_be_confirmed"),
    ("feedback.link_days", BEGINNING, 28, 1, "days", PROPOSAL, "to_be_confirmed"),
    ("alert.most_escalations", BEGINNING, 4, 1, "times", PROPOSAL, "to_be_confirmed"),
]


def upgrade() -> None:
    rules.load(RULES)
    _create_competence()
    _create_alert()
    _create_push()
    _link_feedback()
    row_level_security.protect()
    # What a client was introduced to is shown with the client, to whoever may read them in an emergency.
    client = row_level_security.THIS_CLIENT
    introduced = f"select from introduction i where i.asset_id = asset.id and i.client_id = {client}"
    op.execute(f"create policy a_of_client on asset for select using ({client} is not null and exists ({introduced}))")
    # A person's devices are theirs in every team, and no colleague's.
    own = "employee_id = (select app_employee_id())"
    row_level_security.put_behind("push_subscription", f"{row_level_security.EVERY_TEAM} or {own}")


def _create_competence() -> None:
    op.create_table(
        "competence",
        sa.Column("competency_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("competency_id"),
    )
    op.create_index("ix_competence_of", "competence", ["employee_id", "task"], unique=False)
    op.add_column("delegation", sa.Column("competency_id", sa.Uuid(), nullable=True))


def _create_alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("for_employee_id", sa.Uuid(), nullable=True),
        sa.Column("escalates_at", INSTANT, nullable=True),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('late_dose', 'handover_not_accepted', 'break_glass_not_reviewed')", name="alert_kind_known"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_team", "alert", ["team_id", "id"], unique=False)
    op.create_index(op.f("ix_alert_client_id"), "alert", ["client_id"], unique=False)
    op.create_index("one_alert_of_each", "alert", ["subject_id", "kind", "due_at"], unique=True)
    op.create_index("ix_alert_changed", "alert", ["team_id", "changed_at"], unique=False)
    op.create_index(
        "ix_alert_escalates", "alert", ["escalates_at"], postgresql_where=sa.text("escalates_at is not null")
    )
    op.create_index(
        "ix_medicine_time_critical",
        "medicine",
        ["id"],
        postgresql_where=sa.text("time_critical and stopped_at is null"),
    )
    op.create_table(
        "on_call_shift",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id"),
    )
    op.create_index(
        "ix_on_call_shift_of", "on_call_shift", ["team_id", "ends_at"], postgresql_where=sa.text("kind = 'on_call'")
    )


def _create_push() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("subscribed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_push_subscription_employee_id"), "push_subscription", ["employee_id"], unique=False)
    op.create_index(
        "one_subscription_of_each_device",
        "push_subscription",
        ["endpoint"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "push_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("push_subscription_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"]),
        sa.ForeignKeyConstraint(["push_subscription_id"], ["push_subscription.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_push_message_alert_id"), "push_message", ["alert_id"], unique=False)
    op.create_index(
        op.f("ix_push_message_push_subscription_id"), "push_message", ["push_subscription_id"], unique=False
    )
    op.create_index("ix_push_message_due", "push_message", ["due_at"], postgresql_where=sa.text("due_at is not null"))


def _link_feedback() -> None:
    for column in (
        sa.Column("link_print", sa.Text(), nullable=True),
        sa.Column("code_print", sa.Text(), nullable=True),
        sa.Column("pass_print", sa.Text(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.Column("opened_as", sa.Text(), nullable=True),
        sa.Column("link_until_at", INSTANT, nullable=True),
    ):
        op.add_column("feedback_asked", column)
    op.alter_column("feedback_asked", "wrong_codes", server_default=None)
    op.create_unique_constraint(None, "feedback_asked", ["link_print"])
    op.drop_constraint("feedback_asked_channel_known", "feedback_asked")
    known = "channel in ('phone', 'paper', 'in_person', 'link')"
    op.create_check_constraint("feedback_asked_channel_known", "feedback_asked", known)
    linked = "link_print = (select nullif(current_setting('app.link_print', true), ''))"
    op.execute(f"create policy of_link on feedback_asked for select using ({linked})")
    op.execute(f"create policy by_link on feedback_asked for update using ({linked}) with check ({linked})")
