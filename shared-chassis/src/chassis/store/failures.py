"""Whose fault a failure is: the event's, which is then set aside, or the world's, which is waited for."""

import asyncpg
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.store import ConcurrentChange, UnknownEventType, VersionConflict

_WORLD = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server died in the middle of a word
    InterfaceError,
    PoolTimeout,
    ConcurrentChange,
    VersionConflict,
)
"""Connections, pools, and writers who were faster four times in a row."""

_STATES = (
    "08",  # connection
    "28",  # credentials, as they are while a password is being changed
    "40",  # serialization, deadlock
    "53",  # out of memory, of disk, of connections
    "55P03",  # a lock was not to be had
    "57",  # shutdown, crash, statement timeout
    "58",  # the disk
    "25006",  # a replica that may not write: a failover is going on
    "25P03",  # a transaction waited for its process, which had too much to do
    "3D000",  # the database is not there yet
    "42P01",  # the table is not there yet: the process started before its migration
    "42703",  # nor the column
)


_UNWELL = ("08", "28", "53", "57P", "58", "25006", "3D000")
"""Of those, what no request brings about by itself: not deadlocks, locks, statement timeouts or missing tables."""


def transient(error: BaseException) -> bool:
    """Whether trying again later will help without anybody looking at the event.

    >>> transient(ConnectionResetError())
    True
    >>> transient(asyncpg.DeadlockDetectedError("a deadlock"))
    True
    >>> transient(ValueError("no such player"))
    False
    """
    cause: BaseException | None = error
    while cause is not None:
        # A stream with events of a newer build cannot be decided on by this one; the newer build is on its way.
        if isinstance(cause, (*_WORLD, UnknownEventType)):
            return True
        if isinstance(cause, asyncpg.PostgresError):
            return str(cause.sqlstate or "").startswith(_STATES)
        cause = cause.__cause__
    return False


def unwell(error: BaseException) -> bool:
    """Whether this process cannot work at all at the moment: its database is away, or it has no connections left.

    >>> unwell(asyncpg.CannotConnectNowError("starting up")), unwell(asyncpg.QueryCanceledError("too slow"))
    (True, False)
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, asyncpg.PostgresError):
            return str(cause.sqlstate or "").startswith(_UNWELL)
        if isinstance(cause, (ConnectionError, asyncpg.InterfaceError, InterfaceError, PoolTimeout)):
            return True
        cause = cause.__cause__
    return False


def of_size(error: BaseException) -> bool:
    """Whether less at once might do: statement too long, too many locks, too much memory."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, asyncpg.PostgresError):
            return str(cause.sqlstate or "").startswith(("53", "57014", "54"))
        cause = cause.__cause__
    return False
