"""The file of a day that a council fetches: a way of its own, and an index by which a day is found."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ADAPTERS = "'webhook', 'fhir_stu3', 'folder', 'sftp', 'daily_csv', 'portal'"


def upgrade() -> None:
    op.drop_constraint("connection_adapter_known", "connection")
    op.create_check_constraint("connection_adapter_known", "connection", f"adapter in ({ADAPTERS})")
    # A large installation makes it before, as docs/ops/upgrade.md says.
    queued = ["connection_id", "queued_at", "id"]
    op.create_index("ix_council_delivery_queued", "council_delivery", queued, if_not_exists=True)
