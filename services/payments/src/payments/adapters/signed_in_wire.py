"""Calls that need an access token: it is had once, kept in memory while it is valid, and had anew when it is refused.

A token is never stored: every process signs in for itself.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from chassis.domain import Clock
from payments.adapters.provider_wire import HttpProviderWire
from payments.application.ports import AccessToken, HttpAnswer, HttpCall, Login, NotSent, ProviderWire

log = structlog.get_logger(__name__)

RENEWED_BEFORE = timedelta(minutes=1)
"""A token that ends sooner is not used any more: the call, and the provider's clock, take their time."""

LONGEST_KEPT = timedelta(hours=12)
_UNAUTHORIZED = 401


_Key = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class _Kept:
    token: AccessToken
    until: datetime


class SignedInWire:
    """Implements `ProviderWire` over another one."""

    def __init__(self, wire: ProviderWire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._kept: dict[_Key, _Kept] = {}
        self._signing_in: dict[_Key, asyncio.Lock] = {}

    async def send(self, call: HttpCall) -> HttpAnswer | NotSent | None:
        """See ProviderWire. Without a token nothing is sent.

        A kept token the provider refuses is forgotten, and the call made once more with a new one: what was refused
        with 401 was not done.
        """
        login = call.login
        if login is None:
            return await self._wire.send(call)
        kept = self._valid(login)
        token = kept or await self._sign_in(login, instead_of=None)
        if isinstance(token, NotSent):
            return token
        answer = await self._wire.send(_with(call, token))
        if kept is None or not isinstance(answer, HttpAnswer) or answer.status != _UNAUTHORIZED:
            return answer
        token = await self._sign_in(login, instead_of=kept)
        return answer if isinstance(token, NotSent) else await self._wire.send(_with(call, token))

    async def close(self) -> None:
        """Close the connections and forget every token."""
        self._kept.clear()
        await self._wire.close()

    def _valid(self, login: Login) -> AccessToken | None:
        kept = self._kept.get(_key(login))
        return kept.token if kept is not None and self._clock.now() < kept.until else None

    async def _sign_in(self, login: Login, instead_of: AccessToken | None) -> AccessToken | NotSent:
        """One at a time: who waited finds the token of who was first."""
        async with self._signing_in.setdefault(_key(login), asyncio.Lock()):
            found = self._valid(login)
            if found is not None and found is not instead_of:
                return found
            answer = await self._wire.send(login.call)
            if isinstance(answer, NotSent):
                return answer
            token = login.read(answer) if answer is not None else None
            if token is None:
                log.warning("provider_login_failed", status=None if answer is None else answer.status)
                return NotSent(by_us=False)
            self._keep(login, token)
            return token

    def _keep(self, login: Login, token: AccessToken) -> None:
        """Keep it, and no longer what is over: of an account whose secret was rotated, for instance."""
        now, key = self._clock.now(), _key(login)
        for over in [one for one, kept in self._kept.items() if one != key and kept.until <= now]:
            del self._kept[over]
            signing_in = self._signing_in.get(over)
            if signing_in is not None and not signing_in.locked():
                del self._signing_in[over]
        self._kept[key] = _Kept(token, now + min(token.valid_for, LONGEST_KEPT) - RENEWED_BEFORE)


def signed_in(wire: ProviderWire | None, clock: Clock) -> SignedInWire:
    """The wire that knows how to sign in, over `wire` or over real connections."""
    return SignedInWire(wire or HttpProviderWire(), clock)


def _with(call: HttpCall, token: AccessToken) -> HttpCall:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token.value}"})


def _key(login: Login) -> _Key:
    """What tells one login from another; whoever signs in with another secret is another one."""
    return login.call.url, repr(sorted(login.call.headers.items())), login.call.body
