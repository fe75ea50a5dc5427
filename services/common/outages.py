"""What PostgreSQL and its driver mean by an error: an outage, a lost turn, another team's row, or a bad value."""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

# Two transactions stood in each other's way and one was chosen to begin again.
TURN_LOST = {"40001", "40P01", "55P03"}
# Where PostgreSQL refuses a row by a policy. A right that a role was never given has the same SQLSTATE and is a fault.
BY_POLICY = "ExecWithCheckOptions"
BAD_VALUE = "22"
# What an outage of PostgreSQL looks like from asyncpg; all of them are safe to try again.
DATABASE_DOWN = (
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.PostgresConnectionError,
    # A stand-by that has not yet become the primary.
    asyncpg.ReadOnlySQLTransactionError,
    ConnectionError,
    TimeoutError,
    PoolTimeout,
)


def is_database_down(error: BaseException | None) -> bool:
    """Whether the database was away. A value that asyncpg cannot send is an error of its interface, and no outage."""
    while error is not None:
        if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
            return False
        if isinstance(error, DATABASE_DOWN) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            return True
        error = error.__cause__ or (error.orig if isinstance(error, DBAPIError) else None)
    return False


def state_of(error: BaseException) -> str:
    """PostgreSQL's code for it, whether it came by the driver or through a session."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", ""))


def is_turn_lost(error: BaseException) -> bool:
    """Whether the same may well succeed when it is tried again, for another transaction was in its way."""
    # A table changed beneath a statement that was prepared before; it is prepared anew by then.
    again = isinstance(error, StaleDataError | asyncpg.InvalidCachedStatementError)
    return again or state_of(error) in TURN_LOST


def is_another_teams(error: BaseException) -> bool:
    """Whether row-level security refused a row, for it is of a team that the caller does not belong to."""
    cause = getattr(getattr(error, "orig", None), "__cause__", error)
    refused = isinstance(cause, asyncpg.InsufficientPrivilegeError)
    return refused and getattr(cause, "server_source_function", "") == BY_POLICY


def is_bad_value(error: BaseException | None) -> bool:
    """Whether PostgreSQL or its driver could not make anything of a value (SQLSTATE class 22)."""
    while error is not None:
        if isinstance(error, asyncpg.DataError) or str(getattr(error, "sqlstate", "")).startswith(BAD_VALUE):
            return True
        error = error.__cause__ or (error.orig if isinstance(error, DBAPIError) else None)
    return False
