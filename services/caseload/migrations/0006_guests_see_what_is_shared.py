"""Guests see what is shared with them: a social worker is in no team, and reads one client for as long as a seat lasts."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GUEST = "(select current_setting('app.actor', true))"
SEAT = f"s.guest = {GUEST} and s.withdrawn_at is null and s.until_at > clock_timestamp()"
SHARED = {
    "guest_seat": f"guest = {GUEST}",
    "client": f"exists (select from guest_seat s where s.client_id = client.id and s.team_id = client.team_id and {SEAT})",
    **{
        name: f"exists (select from guest_seat s where s.client_id = {name}.client_id and {SEAT})"
        for name in ("assessment", "care_plan")
    },
    "care_plan_line": "exists (select from care_plan p join guest_seat s on s.client_id = p.client_id"
    f" where p.id = care_plan_line.care_plan_id and {SEAT})",
}


def upgrade() -> None:
    for name, condition in SHARED.items():
        op.execute(f'create policy of_guest on "{name}" for select using ({condition})')
