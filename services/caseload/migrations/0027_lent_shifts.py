"""Whoever is lent to a team for a shift is of that team for its time, wherever a transaction begins."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FROM = date(2019, 4, 1)
BEFORE = "To read the plans of the round before it begins; no longer than needed, UK GDPR article 5(1)(c)"
AFTER = "To finish the records of the round: as soon as possible after it, NMC Code 2018, 10.1"
RULES: list[rules.NewRule] = [
    ("loan.access_before", FROM, 60, 1, "minutes before the shift", BEFORE, "derived"),
    ("loan.access_after", FROM, 120, 1, "minutes after the shift", AFTER, "derived"),
]
INSTANT = sa.DateTime(timezone=True)
# As before, and the teams to which somebody who belongs to a team is lent at this very time: who left is lent no more.
ENTER = """
    create or replace function app_enter(actor text, employee uuid, every_team boolean, today date) returns uuid[]
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
        select coalesce(array_agg(team_id), '{}') into teams from (
            select own.team_id from team_member own
            where own.employee_id = employee and own.from_on <= today
            and (own.until_on is null or own.until_on >= today)
            union
            select lent.team_id from lent_shift lent
            where lent.employee_id = employee and lent.access_from <= now() and lent.access_until > now()
            and exists (
                select from team_member own
                where own.employee_id = employee and own.from_on <= today
                and (own.until_on is null or own.until_on >= today))
        ) as of_them;
        perform set_config('app.teams', teams::text, true);
        return teams;
    end $$
"""


def upgrade() -> None:
    rules.load(RULES)
    op.create_table(
        "lent_shift",
        sa.Column("shift_id", sa.Uuid(), primary_key=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("access_from", INSTANT, nullable=False),
        sa.Column("access_until", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_lent_shift_of", "lent_shift", ["employee_id", "access_until"])
    op.create_index("ix_lent_shift_team", "lent_shift", ["team_id", "access_until"])
    row_level_security.protect()
    # Written from events alone, and read by whoever enters.
    op.execute("create policy of_oneself on lent_shift for select using (employee_id = (select app_employee_id()))")
    op.execute(ENTER)
