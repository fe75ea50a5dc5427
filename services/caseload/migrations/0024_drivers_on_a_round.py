"""Syringe drivers and their checks are told of when they change, as all is that a nurse takes along."""

from datetime import date

from alembic import op

from services.common.migrations import rules

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SILENT = "Our own: a device that has work of yesterday to send is looked for before the next round begins"
# A check says by its driver whose it is.
WHOSE = {
    "syringe_driver": "{row}.client_id",
    "syringe_driver_check": "(select d.client_id from syringe_driver d where d.id = {row}.syringe_driver_id)",
}
# A row that goes to another team is told of to both, as in migration 0021.
FUNCTION = """
    create function follow_{table}() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.team_id <> new.team_id) then
            insert into sync_change (team_id, client_id, entity, entity_id)
            values (old.team_id, {old}, '{table}', old.id);
        end if;
        if tg_op <> 'DELETE' then
            insert into sync_change (team_id, client_id, entity, entity_id)
            values (new.team_id, {new}, '{table}', new.id);
        end if;
        return null;
    end $$
"""
TRIGGER = """
    create trigger follow after insert or update or delete on "{table}"
    for each row execute function follow_{table}()
"""


def upgrade() -> None:
    rules.load([("sync.silent_hours", date(2019, 4, 1), 24, 1, "hours", SILENT, "derived")])
    for table, whose in WHOSE.items():
        told = {row: whose.format(row=row) for row in ("old", "new")}
        op.execute(FUNCTION.format(table=table, **told))
        op.execute(TRIGGER.format(table=table))
