"""Of a stay in hospital that goes on it is known whose it is: whoever is taken on meanwhile is not visited.

Of those that were told before, it is not; the next word of each says so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stay_news", sa.Column("client_id", sa.Uuid()))
    op.add_column("stay_news", sa.Column("starts_on", sa.Date()))
    op.create_index("ix_stay_news_client_id", "stay_news", ["client_id"])
