"""Bring one service's database to its newest schema. Run once per deployment, before the service starts."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, String, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import AutoString

SERVICES = Path(__file__).parents[2]
# For how long requests may wait behind a migration that waits.
LOCK_SECONDS = 5
# What the app may do with what its owner makes from now on; a migration may take some of it back.
GRANTS = (
    "alter default privileges in schema public grant select, insert, update, delete on tables to {app}",
    "alter default privileges in schema public grant usage on sequences to {app}",
    "alter default privileges in schema public grant execute on functions to {app}",
)


def alembic_config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / "common" / "migrations"))
    config.set_main_option("version_locations", str(SERVICES / service / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(service: str, metadata: MetaData, owner_url: str, *, app_role: str = "", to: str = "head") -> None:
    """Run the migrations that are missing up to this revision. An advisory lock makes a second runner wait for the first.

    Whoever signs in owns what is made; the app's role, where it is another, may only use it.
    """
    config = alembic_config(service)
    # Row-level security binds the owner too, and a migration may move any team's rows.
    engine = create_async_engine(owner_url, connect_args={"server_settings": {"app.every_team": "on"}})

    event.listen(engine.sync_engine, "begin", _give_up_waiting)

    def upgrade(connection: Connection) -> None:
        with connection.begin():
            # For the whole session: each migration commits by itself, so that none holds what another has locked.
            connection.execute(text("set local lock_timeout = 0"))
            connection.execute(text("select pg_advisory_lock(hashtext('heatshield.migrate'))"))
            if app_role and app_role != engine.url.username:
                app = connection.dialect.identifier_preparer.quote(app_role)
                for grant in GRANTS:
                    connection.execute(text(grant.format(app=app)))
        config.attributes.update(connection=connection, metadata=metadata)
        command.upgrade(config, to)

    try:
        async with engine.connect() as connection:
            if await connection.run_sync(_is_current, config):
                return
        async with engine.connect() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def _give_up_waiting(connection: Connection) -> None:
    """Whoever waits for a lock lets nobody past, so a migration that gets none gives up, and is run again."""
    connection.exec_driver_sql(f"set local lock_timeout = '{LOCK_SECONDS}s'")


def _is_current(connection: Connection, config: Config) -> bool:
    if connection.execute(text("select to_regclass('alembic_version')")).scalar_one() is None:
        return False
    applied = {row[0] for row in connection.execute(text("select version_num from alembic_version"))}
    return applied == set(ScriptDirectory.from_config(config).get_heads())


def differs(_context: Any, _column: Any, _model_column: Any, in_database: Any, in_model: Any) -> bool | None:
    """Any text is text to PostgreSQL; what else differs between schema and models, Alembic finds itself."""
    return False if isinstance(in_database, String) and isinstance(in_model, String | AutoString) else None
