"""The audit trail and the inbox by months: what is there becomes the first part, without a row being rewritten. Frozen.

Safe while the release before still runs: what takes long (a check of all rows) holds up nobody, and the exchange itself
waits two seconds for its lock at most; where it gets none, the migration fails and is run again.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from services.common.migrations import platform_audit, rules

# Time for whoever runs this shortly before the end of a month.
MARGIN = timedelta(days=7)
BEGAN = datetime(2019, 4, 1, tzinfo=UTC).date()
CODE = (
    "NHS Records Management Code of Practice: the trail of a record is kept as long as the record, for an adult eight "
    "years after the last contact; a month may leave the database then, if the archive holds it"
)
MARKS = "Twice as long as an event may be sent again (ADR 3, 15); no law asks for more"
AHEAD = "Three months in which nobody has to look after the scheduled command; a choice of ours"
RULES = [
    ("keep.audit_months", BEGAN, 96, 1, "months after the month's end", CODE, "to_be_confirmed"),
    ("keep.event_mark_days", BEGAN, 28, 1, "days after the month's end", MARKS, "derived"),
    ("keep.months_ahead", BEGAN, 3, 1, "months", AHEAD, "derived"),
]
WITHOUT_HOLDING_UP = (
    "create table if not exists inbox_other (like inbox including all)",
    # Ids of ours begin with their time; what has an id of a later time than it can have is no month's.
    "with strange as (delete from inbox where event_id >= '{event_id}' returning *) insert into inbox_other table strange",
    "alter table inbox drop constraint if exists inbox_before",
    "alter table inbox add constraint inbox_before check (event_id < '{event_id}') not valid",
    "alter table inbox validate constraint inbox_before",
    "alter table audit_event drop constraint if exists audit_event_before",
    "alter table audit_event add constraint audit_event_before check (at < '{at}') not valid",
    "alter table audit_event validate constraint audit_event_before",
)
EXCHANGE_INBOX = (
    "alter table inbox rename to inbox_before",
    "alter table inbox_before rename constraint inbox_pkey to inbox_before_pkey",
    "alter index ix_inbox_applied_at rename to inbox_before_applied_at_idx",
    "create table inbox (like inbox_before including defaults, primary key (event_id, consumer)) "
    "partition by range (event_id)",
    "create index ix_inbox_applied_at on inbox (applied_at)",
    "alter table inbox attach partition inbox_before for values from (minvalue) to ('{event_id}')",
    "alter table inbox attach partition inbox_other default",
)
# The number is unique in each part by its own key, and in all of them because the sequence alone gives it.
EXCHANGE_TRAIL = (
    "alter table audit_event rename to audit_event_before",
    "alter table audit_event_before rename constraint audit_event_pkey to audit_event_before_pkey",
    "alter index audit_event_clients rename to audit_event_before_clients",
    "create table audit_event (like audit_event_before including defaults) partition by range (at)",
    "alter table audit_event add constraint audit_action_known check (action in ('C', 'R', 'U', 'D', 'E')), "
    "add constraint audit_outcome_known check (outcome in (0, 4, 8, 12))",
    """
    do $$
    declare
        next bigint := nextval(pg_get_serial_sequence('audit_event_before', 'seq'));
    begin
        alter table audit_event_before alter seq drop identity;
        execute format('alter table audit_event alter seq add generated always as identity (start with %s)', next);
    end $$
    """,
    "create index audit_event_clients on audit_event using gin (client_ids) where client_ids is not null",
    "alter table audit_event attach partition audit_event_before for values from (minvalue) to ('{at}')",
    "create table audit_event_other (like audit_event including defaults including constraints, primary key (seq))",
    "alter table audit_event attach partition audit_event_other default",
)
# A part is reached through the whole alone: what its triggers and rights keep, nobody gets around. Whose the tables are
# may read it, to keep a copy elsewhere.
CLOSED = """
    do $$
    declare
        held record;
    begin
        for held in
            select distinct grantee, relowner from pg_class,
                lateral aclexplode(coalesce(relacl, acldefault('r', relowner))) where oid = '{table}'::regclass
        loop
            execute format('revoke all on {table} from %s',
                case held.grantee when 0 then 'public' else held.grantee::regrole::text end);
        end loop;
        execute format('grant select on {table} to %s', held.relowner::regrole);
    end $$
"""


# Everybody who was granted something reads on, and whose the table is adds to it; nobody does more.
OWNER_ADDS = """
    do $$
    declare
        held record;
    begin
        for held in
            select distinct grantee, relowner from pg_class,
                lateral aclexplode(coalesce(relacl, acldefault('r', relowner))) where oid = '{table}'::regclass
        loop
            execute format('revoke all on {table} from %s',
                case held.grantee when 0 then 'public' else held.grantee::regrole::text end);
            if held.grantee <> 0 then
                execute format('grant %s on {table} to %s',
                    case held.grantee when held.relowner then 'select, insert' else 'select' end, held.grantee::regrole);
            end if;
        end loop;
    end $$
"""


def upgrade() -> None:
    first = _month_after(datetime.now(UTC) + MARGIN)
    # The smallest id that can have been made then: UUIDv7 begins with the milliseconds since 1970.
    at = {"at": first.isoformat(), "event_id": str(UUID(int=int(first.timestamp() * 1000) << 80))}
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = '2s'")
        for statement in WITHOUT_HOLDING_UP:
            op.execute(statement.format(**at))
    # Whoever runs migrations gives each a patience of its own, which is longer.
    op.execute("set local lock_timeout = '2s'")
    for statement in (*EXCHANGE_INBOX, *EXCHANGE_TRAIL):
        op.execute(statement.format(**at))
    _let_rows_only_be_added()
    _create_archive()
    rules.load(RULES)


def _let_rows_only_be_added() -> None:
    columns = f"({', '.join(platform_audit.TOLD)})"
    for statement in (platform_audit.GUARD, platform_audit.ALWAYS, platform_audit.ONLY_ADD):
        op.execute(statement.format(table="audit_event", columns=columns))
    for statement in (platform_audit.GUARD, platform_audit.ALWAYS, CLOSED):
        op.execute(statement.format(table="audit_event_other"))
    op.execute(CLOSED.format(table="audit_event_before"))


def _create_archive() -> None:
    op.create_table(
        "audit_archive",
        sa.Column("part", sa.Text, primary_key=True),
        sa.Column("first_seal", sa.BigInteger, nullable=False),
        sa.Column("last_seal", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
    )
    op.create_table(
        "audit_kept_hash",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    for table in ("audit_archive", "audit_kept_hash"):
        for statement in (platform_audit.GUARD, platform_audit.ALWAYS, OWNER_ADDS):
            op.execute(statement.format(table=table))


def _month_after(at: datetime) -> datetime:
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
