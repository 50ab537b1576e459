"""Calls to providers as values: strategies build them, the wire makes them, strategies read the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request as it goes over the wire. The same facts always build the same bytes.

    Attributes:
        key: by which the provider knows a repeat; None for a question, which changes nothing.
        also: the other half of a question, where the provider tells the state here and the amount there. It is asked
            second, and its answer is read with the first.
        genuine: tells whether an answer is the provider's own, where it signs its answers. Another is as good as none.
        then: the call that follows from the answer, where it takes two; what the second answers counts. That of a
            question about a deposit takes the money, and is made only while we wait for it.
        login: what gives the access token this call is made with.
        repeatable_for: how long the provider surely knows a repeat; None: for ever.
        timed: gives the call as it goes out at a moment, where the protocol signs the time.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    key: str | None = None
    also: "HttpCall | None" = None
    genuine: "Callable[[HttpAnswer], bool] | None" = field(default=None, repr=False)
    then: "Callable[[HttpAnswer], HttpCall | None] | None" = field(default=None, repr=False)
    login: "Login | None" = None
    repeatable_for: timedelta | None = None
    timed: "Callable[[datetime], HttpCall] | None" = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, whatever its status.

    `to` is the call it answers; `also`, what came back from the other half of the question; `earlier`, what came back
    from the call that this one followed from.
    """

    status: int
    body: bytes = field(repr=False)
    also: "HttpAnswer | None" = None
    earlier: "HttpAnswer | None" = None
    to: HttpCall | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing of the call left us: it was surely not done. `by_us`: for want of a place, which says nothing of the
    provider; else it could not be reached.
    """

    by_us: bool


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a provider lets us in with for a while (OAuth 2.0, RFC 6749, 5.1)."""

    value: str = field(repr=False)
    valid_for: timedelta


@dataclass(frozen=True, slots=True)
class Login:
    """How an access token is had: a call, and how its answer is read (None: there is no token in it).

    The wire makes the call when it holds no token of an equal login, and sends what it gets as `Authorization: Bearer`.
    """

    call: HttpCall
    read: Callable[[HttpAnswer], AccessToken | None]


class ProviderWire(Protocol):
    """Makes the calls that strategies build."""

    async def send(self, call: HttpCall) -> HttpAnswer | NotSent | None:
        """The answer, or None when there was none: timed out, connection lost, too large. Never raises for those.

        Where it is certain that nothing was sent, `NotSent`; in doubt it is None.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
