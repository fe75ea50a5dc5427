"""Which tables are parts of another one. It knows no table of a release, so that migrations run with the code before."""

# These are kept by months, each a table of its own (`services.common.months`).
BY_MONTHS = ("audit_event", "inbox")


def is_part(table: str | None) -> bool:
    """Whether this table is a month of another one, or what such a table holds besides its months."""
    return bool(table) and any(str(table).startswith(f"{whole}_") for whole in BY_MONTHS)
