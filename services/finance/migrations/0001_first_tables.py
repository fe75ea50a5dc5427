"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import platform_v1
from services.finance import rates

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    platform_v1.upgrade()
    op.create_table(
        "activity_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("care_contact_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("activity_type", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("cost_pence", sa.BigInteger(), nullable=True),
        sa.Column("explanation", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("charge_status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "charge_status in ('health_never_charged', 'free_reablement', 'needs_financial_assessment', 'needs_decision')",
            name="activity_line_charge_status_known",
        ),
        sa.CheckConstraint(
            "(band is null) = (cost_pence is null) and (band is null) = (explanation is null)",
            name="activity_line_costed_wholly_or_not",
        ),
        sa.CheckConstraint("cost_pence >= 0", name="activity_line_cost_not_negative"),
        sa.CheckConstraint("minutes > 0", name="activity_line_minutes_positive"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_activity_line_care_contact_id"), "activity_line", ["care_contact_id"], unique=False)
    op.create_index("ix_activity_line_client_day", "activity_line", ["client_id", "occurred_on"], unique=False)
    op.create_index("ix_activity_line_day", "activity_line", ["occurred_on", "id"], unique=False)
    op.create_index("ix_activity_line_employee", "activity_line", ["employee_id"], unique=False)
    op.create_index("ix_activity_line_team", "activity_line", ["team_id", "id"], unique=False)
    op.create_index("ix_activity_line_team_day", "activity_line", ["team_id", "occurred_on"], unique=False)
    op.create_table(
        "budget",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_budget_team", "budget", ["team_id", "id"], unique=False)
    op.create_table(
        "employee_contract",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contract_id"),
    )
    op.create_index(op.f("ix_employee_contract_employee_id"), "employee_contract", ["employee_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("entry_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("book in ('care')", name="journal_book_known"),
        sa.CheckConstraint("kind in ('contact_costed', 'cost_corrected', 'cost_taken_up')", name="journal_kind_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_journal_team", "journal", ["team_id", "id"], unique=False)
    op.create_index("ix_journal_team_day", "journal", ["team_id", "entry_on"], unique=False)
    op.create_index("journal_source", "journal", ["source_id", "source_version"], unique=True)
    op.create_table(
        "rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind in ('afc_annual_pay', 'employer_on_cost', 'working_time', 'reablement')", name="rate_kind_known"
        ),
        sa.CheckConstraint("status in ('sourced', 'derived', 'to_be_confirmed')", name="rate_status_known"),
        sa.CheckConstraint(
            "unit in ('pence', 'basis_points', 'days', 'minutes', 'thousandths_of_a_week')", name="rate_unit_known"
        ),
        sa.CheckConstraint("amount > 0", name="rate_amount_positive"),
        sa.CheckConstraint("effective_to >= effective_from", name="rate_ends_after_it_starts"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "key", "effective_from", name="rate_kind_key_effective_from"),
    )
    op.create_table(
        "reablement_episode",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("episode_of_care_id", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("free_days", sa.Integer(), nullable=False),
        sa.Column("last_free_day_on", sa.Date(), nullable=False),
        sa.Column("decision_due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "decision_due_on between started_on and last_free_day_on", name="reablement_episode_decided_in"
        ),
        sa.CheckConstraint("ended_on >= started_on", name="reablement_episode_ends_after_it_starts"),
        sa.CheckConstraint("last_free_day_on = started_on + free_days - 1", name="reablement_episode_days_add_up"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("episode_of_care_id"),
    )
    op.create_index("ix_reablement_episode_client_day", "reablement_episode", ["client_id", "started_on"], unique=False)
    op.create_index("ix_reablement_episode_day", "reablement_episode", ["started_on", "id"], unique=False)
    op.create_index("ix_reablement_episode_team", "reablement_episode", ["team_id", "id"], unique=False)
    op.create_table(
        "contribution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("pledged_pence", sa.BigInteger(), nullable=False),
        sa.Column("invoiced_pence", sa.BigInteger(), nullable=False),
        sa.Column("paid_pence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("invoiced_pence between 0 and pledged_pence", name="contribution_invoiced_within_pledge"),
        sa.CheckConstraint("paid_pence between 0 and pledged_pence", name="contribution_paid_within_pledge"),
        sa.CheckConstraint("pledged_pence > 0", name="contribution_pledged_positive"),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_contribution_budget_id"), "contribution", ["budget_id"], unique=False)
    op.create_index("ix_contribution_team", "contribution", ["team_id", "id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("account in ('care_staff_cost', 'pooled_fund')", name="posting_account_known"),
        sa.CheckConstraint("amount_pence <> 0", name="posting_amount_not_nought"),
        sa.CheckConstraint("line_no > 0", name="posting_line_no_positive"),
        sa.ForeignKeyConstraint(
            ["budget_id"],
            ["budget.id"],
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"],
            ["journal.id"],
        ),
        sa.PrimaryKeyConstraint("journal_id", "line_no"),
    )
    op.create_index(op.f("ix_posting_budget_id"), "posting", ["budget_id"], unique=False)
    op.create_index(
        "posting_without_budget", "posting", ["team_id"], unique=False, postgresql_where=sa.text("budget_id is null")
    )
    _keep_days_apart()
    _keep_journals_true()
    _load_rates()


def _keep_days_apart() -> None:
    """One budget a team and one rate of a key on any day."""
    op.execute("create extension if not exists btree_gist")
    op.execute(
        "alter table budget add constraint budget_one_a_day"
        " exclude using gist (team_id with =, daterange(starts_on, ends_on, '[]') with &&)"
    )
    op.execute(
        "alter table rate add constraint rate_one_a_day"
        " exclude using gist (kind with =, key with =, daterange(effective_from, effective_to, '[]') with &&)"
    )


def _keep_journals_true() -> None:
    """A journal balances when it commits, with all its lines, and is never changed afterwards."""
    op.execute("""
        create function journal_balances() returns trigger language plpgsql as $$
        declare
            checked uuid;
            promised integer;
            lines integer;
            total numeric;
        begin
            if tg_table_name = 'journal' then checked := new.id; else checked := new.journal_id; end if;
            select line_count into promised from journal where id = checked;
            select count(*), coalesce(sum(amount_pence), 0) into lines, total from posting where journal_id = checked;
            if lines < 2 or lines <> promised or total <> 0 then
                raise exception 'journal % does not balance', checked using errcode = 'check_violation';
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create function journal_is_kept() returns trigger language plpgsql as $$
        begin
            raise exception 'the ledger is never changed: enter another journal' using errcode = 'restrict_violation';
        end $$
    """)
    for table in ("journal", "posting"):
        op.execute(
            f"create constraint trigger {table}_balances after insert on {table}"
            " deferrable initially deferred for each row execute function journal_balances()"
        )
        op.execute(
            f"create trigger {table}_is_kept before update or delete on {table}"
            " for each row execute function journal_is_kept()"
        )
        op.execute(
            f"create trigger {table}_is_not_emptied before truncate on {table}"
            " for each statement execute function journal_is_kept()"
        )


def _load_rates() -> None:
    """The rates of the first release, each with its source."""
    columns = ("id", "kind", "key", "amount", "unit", "effective_from", "effective_to", "source", "status")
    table = sa.table("rate", *(sa.column(name) for name in columns))
    for name in ("agenda_for_change_pay", "employer_on_costs", "working_time", "reablement"):
        op.bulk_insert(table, rates.rows(name))
