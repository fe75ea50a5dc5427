"""Work that is done at length: the queue, and what is told of each job."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
