"""Sessions of browsers: the cookie that came is swapped for the access token that services know.

The cookie `__Host-sid` is an opaque secret that security alone can read; it is never passed on. Because browsers send
cookies whoever's page asks, anything that changes something needs a second proof that the page is ours: the header
`X-CSRF-Token` with the value of the cookie `__Host-csrf`, which another origin's page cannot read.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.auth import ServiceTokens, Unauthenticated
from chassis.auth.errors import Forbidden
from chassis.http import RequestProblem
from gateway.client import BrokeOff
from gateway.cookies import CSRF, SESSION, pairs, parse_cookies
from gateway.exchange import Asked, Exchange, Exchanges

_SAFE = frozenset({"GET", "HEAD"})
_RENEW_BEFORE_S = 10.0
_LONGEST_S = 60.0
"""A token is good for longer, but a session that was ended shall not live on here."""
_MOST_SESSIONS = 20_000
_LONGEST_SECRET = 512
_PATIENCE_S = 5.0
_MOST_BYTES = 65_536


class CsrfTokenWrong(Forbidden):
    """The cookie came alone."""

    code = "csrf_token_wrong"

    def __init__(self) -> None:
        super().__init__(f"Send the value of the cookie {CSRF} in the header X-CSRF-Token.")


@dataclass(frozen=True, slots=True)
class _Known:
    token: str
    until: float
    proof: str | None
    passive: bool


class BrowserSessions:
    """Swaps cookies for tokens, and remembers them for a minute at most.

    Args:
        exchanges: the way to security.
        tokens: how the gateway proves to security who it is.
    """

    def __init__(
        self, exchanges: Exchanges, tokens: ServiceTokens, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._exchanges = exchanges
        self._tokens = tokens
        self._now = now
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asking: dict[tuple[bytes, bool], asyncio.Task[_Known]] = {}

    async def token(
        self, headers: Mapping[bytes, bytes], method: str, *, passive: bool = False, besides: str | None = None
    ) -> str | None:
        """The access token of the session whose cookie came; None when none came.

        Args:
            passive: nobody did anything, a stream goes on: the session's time of rest is not interrupted.
            besides: a token that is over, whatever is remembered of it.

        Raises:
            Unauthenticated: the session is not one, or no longer.
            CsrfTokenWrong: it would change something, and the second proof is missing.
            RequestProblem: 400 the cookies can be read in two ways; 503 security cannot be asked.
        """
        given = headers.get(b"cookie")
        if given is None:
            return None
        cookies = parse_cookies(given)
        secret = cookies.get(SESSION)
        if secret is None:
            return None
        if method not in _SAFE:
            proof = headers.get(b"x-csrf-token", b"")
            if not proof or not hmac.compare_digest(proof, cookies.get(CSRF, "").encode("latin-1")):
                raise CsrfTokenWrong
        if not secret.isascii() or len(secret) > _LONGEST_SECRET:
            raise Unauthenticated
        digest = hashlib.sha256(secret.encode()).digest()
        known = self._known.get(digest)
        if known is None or known.until <= self._now() or known.token == besides or (known.passive and not passive):
            # What a stream was given tells security of nobody's doing: whoever does something has it told.
            known = await self._ask_once(digest, secret, passive=passive)
        # A cookie can be planted by a neighbouring host; what security made from the secret cannot.
        proven = known.proof is None or hmac.compare_digest(headers.get(b"x-csrf-token", b""), known.proof.encode())
        if method not in _SAFE and not proven:
            raise CsrfTokenWrong
        return known.token

    def forget(self, headers: Mapping[bytes, bytes]) -> None:
        """Remember the token of the session whose cookie came no longer, if one did. Never raises."""
        for name, secret in pairs(headers.get(b"cookie", b"")):
            if name == SESSION:
                self._known.pop(hashlib.sha256(secret.encode("latin-1")).digest(), None)

    async def _ask_once(self, digest: bytes, secret: str, *, passive: bool) -> _Known:
        """A page asks for twenty things at once; security is asked once for all of them."""
        asking = self._asking.get((digest, passive))
        if asking is None:
            asking = asyncio.create_task(self._ask(digest, secret, passive=passive))
            self._asking[digest, passive] = asking
            asking.add_done_callback(lambda _: self._asking.pop((digest, passive), None))
        # Whoever leaves does not take the others' answer with them.
        return await asyncio.shield(asking)

    async def _ask(self, digest: bytes, secret: str, *, passive: bool) -> _Known:
        asked = Asked(
            service="security",
            method="POST",
            target="/internal/v1/session-tokens",
            headers=[
                ("Authorization", f"Bearer {self._tokens.mint('security')}"),
                ("Content-Type", "application/json"),
            ],
            body=json.dumps({"sid": secret, **({"passive": True} if passive else {})}).encode(),
            repeatable=True,  # It changes nothing but when the session was last used.
            patience_s=_PATIENCE_S,
        )
        exchange = await self._exchanges.ask(asked)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                status, body = exchange.answer.status, await _read(exchange)
        except (BrokeOff, TimeoutError):
            status, body = 502, b""
        finally:
            exchange.close()
        if 400 <= status < 500 and status not in {408, 429}:
            raise Unauthenticated("The session has ended; log in again.")
        return self._remember(digest, status, body, passive=passive)

    def _remember(self, digest: bytes, status: int, body: bytes, *, passive: bool) -> _Known:
        try:
            told = json.loads(body if status == 200 else b"{}")
            token, expires_in_s = str(told["access_token"]), float(told["expires_in_s"])
            proof = None if told.get("csrf_token") is None else str(told["csrf_token"])
        except (ValueError, TypeError, KeyError):
            detail = "Sessions cannot be looked up just now."
            raise RequestProblem(503, "service_unavailable", detail, headers={"Retry-After": "1"}) from None
        kept_s = min(expires_in_s - _RENEW_BEFORE_S, _LONGEST_S)
        known = _Known(token, self._now() + kept_s, proof, passive)
        if kept_s > 0:
            self._known[digest] = known
            if len(self._known) > _MOST_SESSIONS:
                self._known.popitem(last=False)
        return known


async def _read(exchange: Exchange) -> bytes:
    body = bytearray()
    async for chunk in exchange.answer.chunks():
        body += chunk
        if len(body) > _MOST_BYTES:
            break
    return bytes(body)
