"""A rota for the wrong days is withdrawn with its reason, and its days can be planned anew."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rota", sa.Column("withdrawn_because", sa.Text(), nullable=True))
    op.drop_constraint("rota_state_known", "rota")
    op.create_check_constraint("rota_state_known", "rota", "state in ('open', 'closed', 'withdrawn')")
    op.create_check_constraint(
        "rota_withdrawn_for_a_reason", "rota", "(state = 'withdrawn') = (withdrawn_because is not null)"
    )
    op.execute("alter table rota drop constraint one_rota_a_day")
    op.execute("""
        alter table rota add constraint one_rota_a_day exclude using gist
        (team_id with =, daterange(from_on, to_on, '[]') with &&) where (state <> 'withdrawn')
    """)
