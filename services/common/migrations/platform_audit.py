"""The audit trail: a table of events and one of seals, to both of which rows can only be added. Frozen."""

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True)
# What whoever adds a row may say. Its number and its time are the database's to say.
TOLD = (
    *("issuer", "subject", "acting_for", "persona", "action", "operation", "entity_type", "entity_id", "client_ids"),
    *("team", "purpose", "outcome", "reason_code", "request_id", "trace_id", "fields", "source_address"),
)
NEVER_CHANGED = """
    create function audit_is_append_only() returns trigger language plpgsql as $$
    begin
        raise exception 'the audit trail is append-only' using errcode = '42501';
    end $$
"""
GUARD = """
    create trigger append_only before update or delete or truncate on {table}
    for each statement execute function audit_is_append_only()
"""
# A session that plays a replica does not get past it either.
ALWAYS = "alter table {table} enable always trigger append_only"
# Whoever was granted something by now, by default privileges say, keeps reading and adding. The owner loses the rest too.
ONLY_ADD = """
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
                execute format('grant select, insert {columns} on {table} to %s', held.grantee::regrole);
            end if;
        end loop;
    end $$
"""


def upgrade() -> None:
    _create_event()
    op.create_table(
        "audit_seal",
        sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_seq", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("prev", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
    )
    op.execute(NEVER_CHANGED)
    for table in ("audit_event", "audit_seal"):
        columns = f"({', '.join(TOLD)})" if table == "audit_event" else ""
        for statement in (GUARD, ALWAYS, ONLY_ADD):
            op.execute(statement.format(table=table, columns=columns))


def _create_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.clock_timestamp()),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("issuer", "subject")),
        sa.Column("acting_for", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("persona", "action", "operation", "entity_type")),
        sa.Column("entity_id", sa.Uuid),
        sa.Column("client_ids", sa.ARRAY(sa.Uuid)),
        sa.Column("team", sa.Uuid),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("outcome", sa.SmallInteger, nullable=False),
        sa.Column("reason_code", sa.Text),
        sa.Column("request_id", sa.Uuid),
        sa.Column("trace_id", sa.Text),
        sa.Column("fields", sa.ARRAY(sa.Text)),
        sa.Column("source_address", sa.Text),
        sa.CheckConstraint("action in ('C', 'R', 'U', 'D', 'E')", name="audit_action_known"),
        sa.CheckConstraint("outcome in (0, 4, 8, 12)", name="audit_outcome_known"),
    )
    op.create_index(
        "audit_event_clients",
        "audit_event",
        ["client_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("client_ids is not null"),
    )
