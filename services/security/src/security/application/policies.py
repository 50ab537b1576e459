"""How strict the door is."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPolicy:
    """What the settings say about passwords, factors, sessions and tokens.

    Attributes:
        access_token: how long an access token is good.
        browser_token: how long one is good that the gateway gets for a browser's cookie.
        idle: how long a session may lie unused (GLI-19 2.5.4).
        absolute: how long a session lasts at all.
        one_time_password: how long a first password waits to be used.
        failures: wrong passwords and codes in a row that lock a log-in (GLI-19 2.5.3).
        lock: for how long.
        registration: how long the first log-in of a player waits for the news of his registration.
        require_factor: whether staff must have a second factor.
        factor_grace: how long after joining they may do without.
        fresh: how old the proof of who it is may be where factors are changed (ASVS 7.5.1).
        ticket: how long the second step of a log-in, or the answer of a key, is waited for.
        impersonation: how long somebody may look at things as a player does.
    """

    access_token: timedelta
    browser_token: timedelta
    idle: timedelta
    absolute: timedelta
    one_time_password: timedelta
    failures: int
    lock: timedelta
    registration: timedelta
    require_factor: bool
    factor_grace: timedelta
    fresh: timedelta
    ticket: timedelta
    impersonation: timedelta
