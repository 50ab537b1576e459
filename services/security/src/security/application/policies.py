"""How strict the door is."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPolicy:
    """What the settings say about passwords, sessions and tokens.

    Attributes:
        access_token: how long an access token is good.
        idle: how long a session may lie unused (GLI-19 2.5.4).
        absolute: how long a session lasts at all.
        one_time_password: how long a first password waits to be used.
        failures: wrong passwords in a row that lock a log-in (GLI-19 2.5.3).
        lock: for how long.
        registration: how long the first log-in of a player waits for the news of his registration.
    """

    access_token: timedelta
    idle: timedelta
    absolute: timedelta
    one_time_password: timedelta
    failures: int
    lock: timedelta
    registration: timedelta
