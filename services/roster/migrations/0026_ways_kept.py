"""Ways as a router told them before anybody asks, and what was driven for each visit, fixed when it was done; and how visits lie to
the calls of other agencies."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from services.common.migrations import row_level_security, rules

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SOURCE = "Roads change seldom, and a router is not asked more often than they do"
RULES = [("travel.way_days", date(2026, 1, 1), 7, 1, "days until a router is asked again", SOURCE, "derived")]
INSTANT = sa.DateTime(timezone=True)
# Beside the policies of the team: a way is there for whoever may see both of its ends (`own_home` on place).
BOTH_ENDS = """
    exists (select from place where place.id = known_way.from_place_id)
    and exists (select from place where place.id = known_way.to_place_id)
"""
# By the ways from home somebody's home could be found: what they drove is theirs, within the team.
OWN_DRIVE = """
    employee_id = (select app_employee_id())
    or (select app_every_team())
    or team_id = (select nullif(current_setting('app.homes_of', true), '')::uuid)
"""

# What was driven for visits that are done already is not known yet, and is fixed as soon as the places are.
MADE_BEFORE = """
    insert into driven_leg (visit_id, employee_id, team_id, day_on, source, fixed_at)
    select visit.id, who.id, visit.team_id, (visit.starts_at at time zone 'Europe/London')::date, 'estimate', 'epoch'
    from visit cross join lateral (values (visit.employee_id), (visit.accompanied_by)) as who (id)
    where visit.status = 'done' and visit.channel = 'in_person' and who.id is not null
"""


def upgrade() -> None:
    rules.load(RULES)
    op.add_column("place", sa.Column("ways_asked_at", INSTANT, nullable=True))
    op.create_index("ix_place_ways_asked", "place", ["ways_asked_at"])
    op.create_table(
        "known_way",
        sa.Column("from_place_id", sa.Uuid(), sa.ForeignKey("place.id", ondelete="CASCADE"), nullable=False),
        sa.Column("to_place_id", sa.Uuid(), sa.ForeignKey("place.id", ondelete="CASCADE"), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("road_minutes", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("from_place_id", "to_place_id"),
    )
    op.create_index("ix_known_way_team", "known_way", ["team_id"])
    op.create_index("ix_known_way_to_place_id", "known_way", ["to_place_id"])
    op.create_table(
        "driven_leg",
        sa.Column("visit_id", sa.Uuid(), sa.ForeignKey("visit.id", ondelete="CASCADE"), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        *(sa.Column(f"{way}_{unit}", sa.Integer()) for way in ("there", "back") for unit in ("metres", "minutes")),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fixed_at", INSTANT, nullable=False),
        sa.CheckConstraint("source in ('router', 'estimate')", name="driven_leg_source_known"),
        sa.PrimaryKeyConstraint("visit_id", "employee_id"),
    )
    op.create_index("ix_driven_leg_day", "driven_leg", ["team_id", "day_on"])
    unknown = sa.text("there_metres is null or back_metres is null")
    op.create_index("ix_driven_leg_unknown", "driven_leg", ["team_id", "fixed_at"], postgresql_where=unknown)
    # Without force, the owner sees all rows, as it has to here.
    op.execute("alter table visit no force row level security")
    op.execute(MADE_BEFORE)
    op.execute("alter table visit force row level security")
    op.add_column("agency_call", sa.Column("beside", sa.Text(), nullable=False, server_default="seen"))
    row_level_security.protect()
    op.execute(f"create policy both_ends on known_way as restrictive for all using ({BOTH_ENDS})")
    op.execute(f"create policy own_drive on driven_leg as restrictive for all using ({OWN_DRIVE})")
