"""Comparing a player with the lists, when he comes and whenever they change."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from chassis.store import Application, Context, UnitOfWork
from chassis.tasks import Retry, Task
from verification.application.ports import (
    Caseload,
    Match,
    Person,
    PersonUnknown,
    PlayerDirectory,
    Profiles,
    Screener,
    ScreeningIndex,
    Sweeps,
    Vault,
)
from verification.domain.case.aggregate import Opened, case
from verification.domain.case.commands import RecordScreening
from verification.domain.hit.aggregate import Hit, Raised, Unseen, Withdrawn, hit, hit_id
from verification.domain.hit.commands import RaiseHit, WithdrawHit

log = structlog.get_logger(__name__)

SCREEN = "screen"
"""The kind of the background task that compares one player with the lists in force."""

ACTOR = "verification.screening"
PAGE = 100
AT_ONCE = 8
_MOST_RAISED = 50
"""Whoever is like more listed people than this has a name that tells nothing; the likest are put before a person."""


class Screening:
    """Screens players. Names are asked of backoffice, used, and forgotten; what is kept of them is sealed."""

    def __init__(
        self,
        application: Application,
        screener: Screener,
        directory: PlayerDirectory,
        vault: Vault,
        profiles: Profiles,
        caseload: Caseload,
        sweeps: Sweeps,
    ) -> None:
        self._application = application
        self._screener = screener
        self._directory = directory
        self._vault = vault
        self._profiles = profiles
        self._caseload = caseload
        self._sweeps = sweeps

    async def screen(self, task: Task) -> None:
        """Task: compare one player with every list in force.

        Without a list nothing is recorded: the first import screens everybody. While backoffice is down or does not
        know the player yet, the runner tries again, for ever.
        """
        player_id = UUID(task.payload["player_id"])
        index = await self._screener.current()
        if index.lists and await self._is_open(player_id):
            await self._compare(player_id, index)

    async def rescreen(self, task: Task) -> None:
        """Task: compare every player with a new revision of the lists, a page at a time; goes on where it stopped.

        A newer revision has a task of its own that begins at the first player, so an older one ends at once.
        """
        revision, after = int(task.payload["revision"]), task.payload["after"]
        index = await self._screener.current()
        async with self._application.db.read() as connection:
            if revision < await self._sweeps.newest_revision(connection):
                return
            page = await self._caseload.after(connection, UUID(after) if after else None, PAGE)
        unknown = await self._compare_page(page, index)
        finished = len(page) < PAGE
        last = page[-1] if page else None

        async def work(uow: UnitOfWork) -> None:
            await self._sweeps.advance(
                uow.connection,
                revision,
                after=last,
                players=len(page),
                unknown=unknown,
                finished=finished,
                now=uow.ctx.occurred_at,
            )

        await self._application.transact(work, Context.system(ACTOR, self._application.clock))
        if not finished:
            raise Retry(timedelta(0), payload={"revision": revision, "after": str(last)})

    async def _compare_page(self, page: list[UUID], index: ScreeningIndex) -> int:
        """Compare these players; how many of them backoffice does not know (any more)."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(player_id: UUID) -> int:
            async with slots:
                try:
                    await self._compare(player_id, index)
                except PersonUnknown:
                    log.info("rescreened_nobody", player_id=str(player_id))
                    return 1
                return 0

        return sum(await asyncio.gather(*(one(player_id) for player_id in page)))

    async def _is_open(self, player_id: UUID) -> bool:
        async def work(uow: UnitOfWork) -> bool:
            return isinstance((await uow.load(case, player_id)).state, Opened)

        return await self._application.transact(work, Context.system(ACTOR, self._application.clock))

    async def _compare(self, player_id: UUID, index: ScreeningIndex) -> None:
        person = await self._directory.person(player_id)
        matches = await asyncio.to_thread(index.matcher.match, person.name, person.date_of_birth)

        async def work(uow: UnitOfWork) -> None:
            await self._record(uow, person, matches[:_MOST_RAISED], index)

        await self._application.transact(work, Context.system(ACTOR, self._application.clock))

    async def _record(self, uow: UnitOfWork, person: Person, matches: list[Match], index: ScreeningIndex) -> None:
        loaded = await uow.load(case, person.player_id)
        if not isinstance(loaded.state, Opened) or loaded.casino_id is None:
            return  # Erased while backoffice was asked.
        uow.ctx = uow.ctx.for_casino(loaded.casino_id)
        found: set[UUID] = set()
        waiting: list[UUID] = []
        for match in matches:
            identity = hit_id(person.player_id, match.source, match.entity.entity_id, match.entity.content_hash)
            found.add(identity)
            if isinstance(await self._raise(uow, identity, person, match, index), Raised):
                waiting.append(identity)
        gone = sorted(loaded.state.open_hits - found)
        for identity in gone:
            await uow.decide(hit, identity, WithdrawHit(now=uow.ctx.occurred_at))
        required = await self._profiles.required(uow.connection, loaded.casino_id, uow.ctx.occurred_at)
        outcome = RecordScreening(
            raised=tuple(waiting),
            withdrawn=tuple(gone),
            lists=index.lists,
            required=required,
            now=uow.ctx.occurred_at,
        )
        await uow.decide(case, person.player_id, outcome)

    async def _raise(self, uow: UnitOfWork, identity: UUID, person: Person, match: Match, index: ScreeningIndex) -> Hit:
        """The hit after it was met again; sealed evidence is written only for one that is put before a person."""
        state = (await uow.load(hit, identity)).state
        if not isinstance(state, (Unseen, Withdrawn)):
            return state
        assert uow.ctx.casino_id is not None, "the case's casino"
        command = RaiseHit(
            player_id=person.player_id,
            casino_id=uow.ctx.casino_id,
            list_name=match.source,
            list_version=index.versions[match.source],
            entity_id=match.entity.entity_id,
            content_hash=match.entity.content_hash,
            listed_name=match.entity.primary,
            matched_name=match.matched.text,
            matched_weak=match.matched.weak,
            listed_births=tuple(str(birth) for birth in match.entity.births),
            programmes=match.entity.programmes,
            score_permille=match.score_permille,
            birth=match.birth,
            algorithm=index.matcher.algorithm,
            evidence=await self._vault.encrypt(uow.connection, person.player_id, json.dumps(evidence(person, match))),
            now=uow.ctx.occurred_at,
        )
        return (await uow.decide(hit, identity, command)).state


def evidence(person: Person, match: Match) -> dict[str, Any]:
    """Why the two were found alike, with both names; for the eyes of whoever decides, and sealed until then."""
    return {
        "player_name": person.name,
        "player_born": person.date_of_birth.isoformat() if person.date_of_birth else None,
        "player_country": person.country,
        "listed_name": match.matched.text,
        "name_permille": match.name_permille,
        "birth": match.birth,
        "pairs": [list(pair) for pair in match.pairs],
    }
