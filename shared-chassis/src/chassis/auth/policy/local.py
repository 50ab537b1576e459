"""The copy of the policy that a process decides by: where it comes from, how it follows, when it is too old.

It begins with the copy on disk, asks security for all of it, and then follows the bus: changes, confirmations every few
seconds, and sessions that ended. Whatever was missed is asked for. While it asks nobody for a decision, it notices that
nobody confirms it any more, and then closes: see `STALE_AFTER_S` and its neighbour.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

import structlog
from joserfc.jwk import OKPKey

from chassis.auth.policy import signing, wire
from chassis.auth.policy.compile import Access, AccessCache
from chassis.auth.policy.disk import Copy, DiskCopy
from chassis.auth.policy.metrics import AGE, IGNORED, PULLS, VERSION
from chassis.auth.policy.model import Asking, Policy, Standing
from chassis.auth.policy.news import TOPICS, Confirmed, News, heard
from chassis.auth.policy.pull import Pull, Pulled
from chassis.domain import Clock, SystemClock
from chassis.messaging.bus import EventBus, Following, Record

log = structlog.get_logger(__name__)

REMEMBERED: Final = timedelta(hours=1)
"""How long a session that ended is remembered: longer than any token lives."""

HEARTBEAT_S: Final = 5.0
"""How often security confirms the policy."""

WAIT_S: Final = 0.2
"""How long a request waits for the version its token was made with before security is asked."""

_WARN_AFTER_S = 30.0
_ASK_AFTER_S = 12.0
_LOOK_EVERY_S = 1.0
_ASK_AGAIN_S = 1.0
_SAVE_EVERY_S = 60.0
_NEVER_S = 10.0**9


class LocalPolicy:
    """The copy of one process.

    Args:
        pull: asks security; None where there is nobody to be asked.
        disk: where a copy is kept over restarts.
    """

    def __init__(self, *, pull: Pull | None = None, disk: DiskCopy | None = None, clock: Clock | None = None) -> None:
        self._pull = pull
        self._disk = disk
        self._clock = clock or SystemClock()
        self._policy: Policy | None = None
        self._keys: Mapping[str, OKPKey] = {}
        self._document: Mapping[str, Any] = {"keys": []}
        self._confirmed_at: datetime | None = None
        self._fixed = False
        self._ended: dict[UUID, float] = {}
        self._cache = AccessCache()
        self._moved = asyncio.Event()
        self._wanted = asyncio.Event()
        self._asking = asyncio.Lock()
        self._asked_at = -_NEVER_S
        self._warned = False

    @classmethod
    def holding(cls, policy: Policy, *, clock: Clock | None = None) -> Self:
        """One that holds this policy and takes it for confirmed, for the one who makes policies, and for tests."""
        made = cls(clock=clock)
        made._policy, made._fixed = policy, True
        return made

    @property
    def policy(self) -> Policy | None:
        """The policy that is held."""
        return self._policy

    @property
    def version(self) -> int:
        """Its version; 0 when there is none."""
        return self._policy.version if self._policy is not None else 0

    def now(self) -> datetime:
        """The moment."""
        return self._clock.now()

    def standing(self) -> Standing:
        """How old the copy is, and which sessions are over."""
        return Standing(age_s=self.age_s(), ended=self._ended)

    def age_s(self) -> float:
        """Seconds since security confirmed it."""
        if self._fixed:
            return 0.0
        if self._confirmed_at is None:
            return _NEVER_S
        return max((self.now() - self._confirmed_at).total_seconds(), 0.0)

    def access(self, asking: Asking) -> Access | None:
        """What the subject holds at this moment."""
        return None if self._policy is None else self._cache.of(self._policy, asking, self.now())

    async def ready(self) -> dict[str, Any]:
        """For the probe: which policy it is and how old. A service without one still answers whom it can."""
        return {"version": self.version, "age_s": round(self.age_s(), 1) if self.version else None}

    # -- what it is told ---------------------------------------------------------------------------------------------

    def hold(self, policy: Policy) -> None:
        """Hold this policy from now on, as the one who makes policies does."""
        self._policy, self._fixed = policy, True
        self._shift()

    def take(self, pulled: Pulled) -> None:
        """Take over what security said. BadSignature when it was not security that said it."""
        keys = signing.public_keys(pulled.keys)
        policy = wire.decode(signing.read(pulled.policy, "policy+jws", keys))
        confirmed = Confirmed.read(pulled.confirmed, keys)
        self._keys, self._document = keys, pulled.keys
        for session_id, at in pulled.ended.items():
            self.end(session_id, at)
        if policy.version < self.version:
            IGNORED.labels("older").inc()
            log.warning("policy_older", version=policy.version, held=self.version)
            return
        self._policy = policy
        self._confirm(confirmed)
        self._shift()

    def hear(self, news: News) -> None:
        """Follow one message: BadSignature when it was not security that sent it."""
        if news.ended is not None:
            self.end(*news.ended)
        elif news.changed is not None:
            self._change(news.version, news.changed)
        elif news.confirmed is not None:
            self._confirm(Confirmed.read(news.confirmed, self._keys))

    def end(self, session_id: UUID, at: datetime) -> None:
        """Remember that a session is over for as long as its tokens may live."""
        self._ended[session_id] = (at + REMEMBERED).timestamp()

    def _change(self, version: int, signed: str) -> None:
        if version <= self.version:
            return
        kind = signing.kind_of(signed)
        if kind == "policy+jws":
            policy = wire.decode(signing.read(signed, kind, self._keys))
            if policy.version <= self.version:
                IGNORED.labels("older").inc()
                return
            self._policy = policy
        elif kind == "policy-delta+jws" and self._policy is not None:
            change = wire.decode_delta(signing.read(signed, kind, self._keys))
            if change.base != self.version or change.version <= self.version:
                self._wanted.set()
                return
            self._policy = wire.apply(self._policy, change)
        else:
            self._wanted.set()
            return
        self._confirmed_at = max(self._policy.issued_at, self._confirmed_at or self._policy.issued_at)
        self._shift()

    def _confirm(self, confirmed: Confirmed) -> None:
        if confirmed.version > self.version:
            self._wanted.set()
        elif confirmed.version == self.version:
            at = min(confirmed.at, self.now())
            self._confirmed_at = max(at, self._confirmed_at or at)

    def _shift(self) -> None:
        VERSION.set(self.version)
        self._moved.set()
        self._moved = asyncio.Event()

    # -- how it hears ------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Nothing: what is newer is told over the bus."""

    async def at_least(self, version: int) -> bool:
        """Whether it is of this version: waits a moment for the bus, then asks security."""
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                while self.version < version:
                    await self._moved.wait()
        if self.version < version:
            await self.refresh(version)
        return self.version >= version

    async def refresh(self, version: int = 0) -> bool:
        """Ask security for all of it; whether it answered. Many who ask at once ask once, and not again at once."""
        if self._pull is None:
            return False
        async with self._asking:
            loop = asyncio.get_running_loop()
            if version and self.version >= version:
                return True
            if loop.time() - self._asked_at < _ASK_AGAIN_S:
                return False
            self._asked_at = loop.time()
            try:
                self.take(await self._pull(version))
            except Exception as error:
                PULLS.labels("failed").inc()
                log.warning("policy_not_pulled", held=self.version, error=repr(error))
                return False
            PULLS.labels("answered").inc()
            return True

    async def handle(self, records: Sequence[Record]) -> None:
        """What the bus brings. What cannot be believed is counted, logged and passed over."""
        for record in records:
            try:
                news = heard(record)
                if news is not None:
                    self.hear(news)
            except signing.UnknownKey:
                self._wanted.set()  # The key may be newer than those we have.
            except signing.BadSignature as error:
                IGNORED.labels("signature").inc()
                log.warning("policy_news_not_believed", topic=record.topic, error=str(error))
            except (ValueError, LookupError) as error:
                IGNORED.labels("unreadable").inc()
                log.warning("policy_news_unreadable", topic=record.topic, error=repr(error))
                self._wanted.set()

    async def run(self, stop: asyncio.Event, bus: EventBus | None = None) -> None:
        """Keep the copy up to date until told to stop."""
        await self._from_disk()
        following: Following | None = None
        saved = (0, 0.0)
        loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                if following is None and bus is not None:
                    following = await self._follow(bus)
                asks = self._wanted.is_set() or self.age_s() > _ASK_AFTER_S or bus is None
                if asks and await self.refresh():
                    self._wanted.clear()
                self._look()
                if self.version and (self.version != saved[0] or loop.time() - saved[1] > _SAVE_EVERY_S):
                    saved = (self.version, loop.time())
                    await self._to_disk()
                await self._pause(stop)
        finally:
            if following is not None:
                await following.stop()

    def runner(self, bus: EventBus | None) -> Callable[[asyncio.Event], Awaitable[None]]:
        """`run` as a loop of a process."""

        async def policy(stop: asyncio.Event) -> None:
            await self.run(stop, bus)

        return policy

    async def _follow(self, bus: EventBus) -> Following | None:
        following = bus.follow(TOPICS, self.handle)
        try:
            await following.start()
        except Exception as error:
            log.warning("policy_not_followed", error=repr(error))
            return None
        self._wanted.set()  # What came before we listened.
        return following

    async def _pause(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.create_task(one.wait()) for one in (stop, self._wanted)]
        await asyncio.wait(waiting, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        if self._wanted.is_set() and not stop.is_set():
            await asyncio.sleep(_ASK_AGAIN_S / 5)

    def _look(self) -> None:
        age_s, moment = self.age_s(), self.now().timestamp()
        AGE.set(age_s)
        for session_id in [one for one, until in self._ended.items() if until < moment]:
            del self._ended[session_id]
        if age_s > _WARN_AFTER_S and not self._warned:
            log.warning("policy_stale", version=self.version, age_s=round(age_s))
        self._warned = age_s > _WARN_AFTER_S

    async def _from_disk(self) -> None:
        copy = await asyncio.to_thread(self._disk.load) if self._disk is not None and self._policy is None else None
        if copy is not None:
            self._policy, self._document, self._ended = copy.policy, copy.keys, {**copy.ended, **self._ended}
            self._keys = signing.public_keys(copy.keys)
            self._confirmed_at = copy.confirmed_at
            self._shift()

    async def _to_disk(self) -> None:
        if self._disk is None or self._policy is None or self._confirmed_at is None:
            return
        copy = Copy(policy=self._policy, confirmed_at=self._confirmed_at, keys=self._document, ended=dict(self._ended))
        try:
            await asyncio.to_thread(self._disk.save, copy)
        except OSError as error:
            log.warning("policy_copy_not_written", error=repr(error))
