"""Comparing a player with the lists, when he comes and whenever they change."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

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
_NAMESPACE = UUID("3d1d0f52-6c0b-5c55-9f0e-7c1f0e3a8b64")
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
        await self._compare(UUID(task.payload["player_id"]))

    async def rescreen(self, task: Task) -> None:
        """Task: compare every player with a new revision of the lists, a page at a time; goes on where it stopped.

        A newer revision has a task of its own that begins at the first player, so an older one ends at once.
        """
        revision, after = int(task.payload["revision"]), task.payload["after"]
        async with self._application.db.read() as connection:
            if revision < await self._sweeps.newest_revision(connection):
                return
            page = await self._caseload.after(connection, UUID(after) if after else None, PAGE)
        unknown = await self._compare_page(page)
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

    async def _compare_page(self, page: list[UUID]) -> int:
        """Compare these players; how many of them backoffice does not know (any more)."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(player_id: UUID) -> int:
            async with slots:
                try:
                    await self._compare(player_id)
                except PersonUnknown:
                    log.info("rescreened_nobody", player_id=str(player_id))
                    return 1
                return 0

        return sum(await asyncio.gather(*(one(player_id) for player_id in page)))

    async def _names(self, player_id: UUID) -> int | None:
        """How often the player's name changed until now; None when there is no open case."""

        async def work(uow: UnitOfWork) -> int | None:
            state = (await uow.load(case, player_id)).state
            return state.names if isinstance(state, Opened) else None

        return await self._application.transact(work, Context.system(ACTOR, self._application.clock))

    async def _compare(self, player_id: UUID) -> None:
        """Compare one player, unless there is no open case or no list; does nothing where the name moved on meanwhile.

        The number of names is noted before anything else, so that neither name nor lists are older than it says.
        """
        names = await self._names(player_id)
        index = await self._screener.current()
        if names is None or not index.lists:
            return
        person = await self._directory.person(player_id)
        matches = await asyncio.to_thread(index.matcher.match, person.name, person.date_of_birth)

        async def work(uow: UnitOfWork) -> None:
            await self._record(uow, person, matches[:_MOST_RAISED], index, names)

        await self._application.transact(work, Context.system(ACTOR, self._application.clock))

    async def _record(
        self, uow: UnitOfWork, person: Person, matches: list[Match], index: ScreeningIndex, names: int
    ) -> None:
        loaded = await uow.load(case, person.player_id)
        if not isinstance(loaded.state, Opened) or loaded.casino_id is None:
            return  # Erased while backoffice was asked.
        if loaded.state.names != names:  # It may be the old name that was compared; what is known of the new one stays.
            task_id = uuid5(_NAMESPACE, f"{person.player_id}|{loaded.state.names}")
            await uow.schedule(SCREEN, task_id, {"player_id": str(person.player_id)})
            return
        uow.ctx = uow.ctx.for_casino(loaded.casino_id)
        found: set[UUID] = set()
        waiting: list[UUID] = []
        for match in matches:
            identity = hit_id(person.player_id, match.source, match.entity.entity_id, match.entity.content_hash)
            found.add(identity)
            if isinstance(await self._raise(uow, identity, person, match, index), Raised):
                waiting.append(identity)
        gone = await self._gone(uow, loaded.state.open_hits - found, matches, index)
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

    @staticmethod
    async def _gone(uow: UnitOfWork, unmet: frozenset[UUID], matches: list[Match], index: ScreeningIndex) -> list[UUID]:
        """Which open hits that were not met again are withdrawn: the entry is listed no more, or met in a changed form.

        Any other was raised on a name the player no longer has, or by a stricter rule: a person decides it.
        """
        met = {(match.source, match.entity.entity_id) for match in matches}
        gone = []
        for identity in sorted(unmet):
            state = (await uow.load(hit, identity)).state
            if isinstance(state, Raised):
                entry = (state.list_name, state.entity_id)
                if entry not in index.entries or entry in met:
                    gone.append(identity)
        return gone

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
