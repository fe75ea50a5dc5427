"""Row-level security, the second wall behind the code's own checks, for every service alike (ADR 19).

A transaction says who acts by `app_enter`; without that, no row of any team is there. Frozen to the letter, as
migrations call it and policies are known again by it: another policy is a module of its own. A migration that adds a
table of a team ends with `protect()`.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

# A setting that was never made in this session is null, and one that a transaction took with it is ''.
FUNCTIONS = (
    """
    create function app_every_team() returns boolean language sql stable parallel safe as
    $$ select coalesce(current_setting('app.every_team', true) = 'on', false) $$
    """,
    """
    create function app_teams() returns uuid[] language sql stable parallel safe as
    $$ select coalesce(nullif(current_setting('app.teams', true), ''), '{}')::uuid[] $$
    """,
    """
    create function app_employee_id() returns uuid language sql stable parallel safe as
    $$ select nullif(current_setting('app.employee_id', true), '')::uuid $$
    """,
    """
    create function app_client_id() returns uuid language sql stable parallel safe as
    $$ select nullif(current_setting('app.client_id', true), '')::uuid $$
    """,
    """
    create function app_enter(actor text, employee uuid, every_team boolean, today date) returns uuid[]
    language plpgsql as $$
    declare
        teams uuid[];
    begin
        if not row_security_active('team_member') then
            raise exception 'row-level security does not bind %', current_user using errcode = 'insufficient_privilege';
        end if;
        perform set_config('app.actor', actor, true),
                set_config('app.employee_id', coalesce(employee::text, ''), true),
                set_config('app.every_team', case when every_team then 'on' else 'off' end, true);
        select coalesce(array_agg(team_id), '{}') into teams from team_member
        where employee_id = employee and from_on <= today and (until_on is null or until_on >= today);
        perform set_config('app.teams', teams::text, true);
        return teams;
    end $$
    """,
)
# Each in a sub-select of its own, so that it is worked out once a statement and not once a row.
EVERY_TEAM = "(select app_every_team())"
OWN_TEAM = "team_id = any ((select app_teams())::uuid[])"
THIS_CLIENT = "(select app_client_id())"
# The policies of what is behind the wall: as PostgreSQL reads each now, and the print of how it was made.
HELD = """
    select relname, polname, obj_description(held.oid, 'pg_policy') as told,
           format('%s %s %s using %s check %s', polcmd, polpermissive, polroles,
                  pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) as reads
    from pg_policy held join pg_class on pg_class.oid = polrelid
    where relnamespace = 'public'::regnamespace and relrowsecurity and relforcerowsecurity
"""


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    protect()


def protect() -> None:
    """Put everything that belongs to a team behind the wall: tables with a team, and those whose parent has one.

    A table that is behind it as it should be is not touched, so that nobody who uses it waits.
    """
    held = {(row.relname, row.polname): (row.told, row.reads) for row in op.get_bind().execute(sa.text(HELD))}
    for table, rules in _wanted():
        if not all(_is_held(held.get((table, name)), rule) for name, rule in rules.items()):
            _put(table, rules)


def _is_held(held: tuple[str | None, str] | None, rule: str) -> bool:
    return held is not None and held[0] == _print(rule, held[1])


def put_behind(table: str, acts: str, **reads: str) -> None:
    """Rows are read and changed where `acts` holds. Where one of `reads` holds they are read, and no more."""
    _put(table, _rules(acts, reads))


Rules = dict[str, str]


def _rules(acts: str, reads: dict[str, str]) -> Rules:
    rules = {name: f"for select using ({condition})" for name, condition in reads.items()}
    return rules | {"acts": f"for all using ({acts}) with check ({acts})"}


def _put(table: str, rules: Rules) -> None:
    op.execute(f'alter table "{table}" enable row level security')
    # The owner is bound as well.
    op.execute(f'alter table "{table}" force row level security')
    for name, rule in rules.items():
        op.execute(f'drop policy if exists {name} on "{table}"')
        op.execute(f'create policy {name} on "{table}" {rule}')
    made = op.get_bind().execute(sa.text(f"{HELD} and relname = :relname"), {"relname": table})
    for row in made.all():
        if row.polname in rules:
            told = _print(rules[row.polname], row.reads)
            op.execute(f"comment on policy {row.polname} on \"{table}\" is '{told}'")


def _print(rule: str, reads: str) -> str:
    """Of what was asked for and what PostgreSQL made of it, so that a policy which either has left is made anew."""
    return sha256(f"{rule} {reads}".encode()).hexdigest()[:16]


def _wanted() -> Iterator[tuple[str, Rules]]:
    inspector = sa.inspect(op.get_bind())
    # Not those that lie on another server, which know no wall.
    ours = inspector.get_table_names()
    read = inspector.get_multi_columns(filter_names=ours)
    columns = {name: {one["name"] for one in its} for (_, name), its in read.items()}
    keys = {name: its for (_, name), its in inspector.get_multi_foreign_keys(filter_names=ours).items()}
    for name, its in columns.items():
        parents = list(_parents(name, keys[name]))
        if name == "team_member":
            # Written from events alone, and read by whoever enters.
            yield (
                name,
                _rules(EVERY_TEAM, {"of_team": OWN_TEAM, "of_oneself": "employee_id = (select app_employee_id())"}),
            )
        elif "team_id" in its:
            of_client = [_child(name, one) for one in parents if "client_id" in columns[one[0]]]
            yield name, _rules(f"{EVERY_TEAM} or {OWN_TEAM}", _reads_of_client(name, its, of_client))
        elif of_team := [one for one in parents if "team_id" in columns[one[0]]]:
            mine = " and ".join(_child(name, one, OWN_TEAM) for one in of_team)
            seen = " and ".join(_child(name, one) for one in of_team)
            yield name, _rules(f"{EVERY_TEAM} or {mine}", {"of_client": f"{THIS_CLIENT} is not null and {seen}"})


def _reads_of_client(table: str, columns: set[str], parents: list[str]) -> dict[str, str]:
    """What shows the rows of one client to somebody of another team, once that is allowed (`app.client_id`)."""
    if table == "client":
        return {"of_client": f"id = {THIS_CLIENT}"}
    if "client_id" in columns:
        return {"of_client": f"client_id = {THIS_CLIENT}"}
    return {"of_client": f"{THIS_CLIENT} is not null and ({' or '.join(parents)})"} if parents else {}


Parent = tuple[str, list[tuple[str, str]]]


def _parents(table: str, keys: Sequence[Any]) -> Iterator[Parent]:
    """The other tables that this one refers to, each with the columns that do."""
    for key in keys:
        if key["referred_table"] != table:
            yield key["referred_table"], list(zip(key["constrained_columns"], key["referred_columns"], strict=True))


def _child(table: str, parent: Parent, condition: str = "") -> str:
    """That the parent's row is there for whoever asks; the parent's own policies say so."""
    name, pairs = parent
    same = [f'"{name}".{theirs} = "{table}".{ours}' for ours, theirs in pairs]
    return f'exists (select from "{name}" where {" and ".join([*same, *filter(None, [condition])])})'
