"""What a nurse takes along: the client's home, her round, and what changed while she was away."""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.common.migrations import row_level_security, rules

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEPT = "Heatshield's own: longer than a fortnight's leave; whoever was away for longer reads the day pack again"
# What is told of when it changes: whose it is, where the row itself does not say, by the column that leads there.
FOLLOWED: dict[str, tuple[str, str] | None] = {
    "client": None,
    "home": None,
    "episode_of_care": None,
    "assessment": None,
    "client_problem": None,
    "omaha_rating": ("problem_id", "client_problem"),
    "care_plan": None,
    "care_plan_line": ("care_plan_id", "care_plan"),
    "care_contact": None,
    "note": ("care_contact_id", "care_contact"),
    "wound": None,
    "wound_measurement": ("wound_id", "wound"),
    "photo": None,
    "medicine": None,
    "administration": None,
    "dose_in_dispute": None,
    "other_care": None,
    "action": None,
    "clinical_test": None,
    "end_of_life_version": ("end_of_life_plan_id", "end_of_life_plan"),
    "planned_visit": None,
    # Where it is there already; it has a client of its own.
    "sync_conflict": None,
}
# A row that goes to another team is told of to both; the database, and no use case, so that none can be forgotten.
FUNCTION = """
    create function follow_{table}() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.team_id <> new.team_id) then
            insert into sync_change (team_id, client_id, entity, entity_id)
            values (old.team_id, {old}, '{table}', old.{key});
        end if;
        if tg_op <> 'DELETE' then
            insert into sync_change (team_id, client_id, entity, entity_id)
            values (new.team_id, {new}, '{table}', new.{key});
        end if;
        return null;
    end $$
"""
ITS_OWN, OF_PARENT = "{row}.client_id", "(select p.client_id from {parent} p where p.id = {row}.{column})"
TRIGGER = """
    create trigger follow after insert or update or delete on "{table}"
    for each row execute function follow_{table}()
"""
# By what server, database and table transactions are numbered, and since which restore: a place in another history is
# not gone on from, also where its numbers have been reached again.
HISTORY = """
    create function sync_history() returns bigint language sql stable parallel safe as $$
        select hashtextextended(concat_ws('/', (select system_identifier from pg_control_system()),
            left(pg_walfile_name(pg_current_wal_lsn()), 8),
            (select oid from pg_database where datname = current_database()), 'sync_change'::regclass::oid), 0)
            & 4294967295
    $$
"""


def upgrade() -> None:
    rules.load([("sync.kept_days", date(2019, 4, 1), 21, 1, "days", KEPT, "to_be_confirmed")])
    _create_home()
    _create_sync_change()
    op.execute(HISTORY)
    op.add_column("planned_visit", sa.Column("accompanied_by", sa.Uuid(), nullable=True))
    op.create_index("ix_planned_visit_round", "planned_visit", ["employee_id", "starts_at"])
    along = sa.text("accompanied_by is not null")
    op.create_index("ix_planned_visit_along", "planned_visit", ["accompanied_by", "starts_at"], postgresql_where=along)
    # A plan is asked whether a newer one of its episode took its place.
    op.create_index("ix_care_plan_episode_of_care_id", "care_plan", ["episode_of_care_id"])
    row_level_security.protect()
    # Whoever writes a row tells of it, whatever team it leaves or comes to; by a trigger alone.
    op.execute("create policy by_trigger on sync_change for insert with check (pg_trigger_depth() > 0)")
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for table, way in FOLLOWED.items():
        if table in there:
            _follow(table, way)


def _follow(table: str, way: tuple[str, str] | None) -> None:
    column, parent = way or ("", "")
    whose = OF_PARENT if way else "{row}.id" if table == "client" else ITS_OWN
    key = "visit_id" if table == "planned_visit" else "id"
    told = {row: whose.format(row=row, column=column, parent=parent) for row in ("old", "new")}
    op.execute(FUNCTION.format(table=table, key=key, **told))
    op.execute(TRIGGER.format(table=table))


def _create_home() -> None:
    op.create_table(
        "home",
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("client.id"), nullable=False, unique=True),
        sa.Column("getting_in", sa.Text(), nullable=True),
        sa.Column("risks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("signal_at_home", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("signal_at_home in ('none', 'weak', 'good')", name="home_signal_at_home_known"),
    )
    op.create_index("ix_home_team", "home", ["team_id", "id"])


def _create_sync_change() -> None:
    op.create_table(
        "sync_change",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), primary_key=True, nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
    )
    op.create_index("ix_sync_change_team", "sync_change", ["team_id", "xid", "seq"])
    op.create_index("ix_sync_change_written_at", "sync_change", ["written_at"])
