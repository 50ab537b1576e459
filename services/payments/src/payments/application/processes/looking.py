"""What notifications have us ask: asked again until the provider has given an answer that can be believed.

Such a notification says where to look. It is answered at once, so the provider does not send it again: what it told
would be lost with one answer. All of them about one payment are one row of questions.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from chassis.store import UnitOfWork
from payments.application.desk import Desk, set_aside
from payments.application.look_port import Told
from payments.application.outcomes import NotificationOutcome as Became
from payments.application.ports import NotThere
from payments.application.processes.patience import again_after
from payments.application.stores import Asked
from payments.domain.deposit import words as deposit
from payments.domain.refund import words as refund
from payments.domain.withdrawal import words as payout

NAME = "looks"

ANSWERED_WITHIN = timedelta(days=7)
"""How long a provider may give no answer that can be believed, before people are told."""

BORNE_OUT_WITHIN = timedelta(days=1)
"""How long a provider may answer as if what it told had not happened, before that is believed and people are told: its
answers may come from a copy that is behind.
"""

_NONE = deposit.Unanswered | payout.Unanswered | refund.Unanswered | NotThere
_UNDERWAY = deposit.ActionNeeded | deposit.Underway | payout.Taken | refund.Accepted
_BEFORE: Final[dict[Told, Any]] = {
    Told.DONE: _UNDERWAY | deposit.Declined,
    Told.UNDONE: _UNDERWAY | deposit.Settled | payout.Confirmed | refund.Refunded,
}
"""What the provider says of a payment as long as it does not know what it told."""


class Looking:
    """The questions about one payment that notifications of its provider brought up."""

    def __init__(self, desk: Desk, casino_id: UUID, provider: str, about: UUID) -> None:
        self._desk, self._casino_id, self._provider, self._about = desk, casino_id, provider, about

    async def asked(self) -> Asked | None:
        """What is not answered yet. Look before the provider is asked: what is told meanwhile is asked anew."""
        async with self._desk.app.db.read() as connection:
            return await self._desk.notifications.asked(connection, self._casino_id, self._provider, self._about)

    async def heard(self, asked: Asked | None, word: object, *, news: bool) -> timedelta | None:
        """Note what the provider answered; the pause before it is asked again, or None when it need not be.

        `word` None: there was nothing to ask about. `news`: something changed here by it.
        """
        if asked is None:
            return None
        since_last = self._desk.now() - asked.last
        patient = self._desk.now() - asked.first < ANSWERED_WITHIN
        if isinstance(word, _NONE):
            if patient:
                return again_after(since_last)
            await self._end(asked, Became.SET_ASIDE, "look_unanswered")
        elif any(_is_from_before(told, word) for told in asked.told):
            if patient and since_last < BORNE_OUT_WITHIN:
                return again_after(since_last)
            await self._end(asked, Became.SET_ASIDE, "look_differs")
        else:
            await self._end(asked, Became.APPLIED if news else Became.NOTHING_NEW, None)
        return None

    async def _end(self, asked: Asked, outcome: Became, code: str | None) -> None:
        """People hear once of all that was told."""
        desk = self._desk

        async def work(uow: UnitOfWork) -> None:
            now = uow.ctx.occurred_at
            await desk.notifications.answered(uow.connection, asked, outcome, code=code, by=NAME, now=now)
            if code is not None:
                await set_aside(
                    uow,
                    casino_id=self._casino_id,
                    provider=self._provider,
                    notification_id=asked.named,
                    code=code,
                    facts={"our_reference": str(self._about), "notifications": len(asked.ids)},
                )

        await desk.app.transact(work, desk.ours(NAME, self._casino_id))


def _is_from_before(told: Told, word: object) -> bool:
    if isinstance(word, deposit.Declined) and word.undoes:
        return False
    if isinstance(word, deposit.Underway) and word.concern is not None:
        return False  # It is paid; how much that is, people say.
    return isinstance(word, _BEFORE[told])


def sooner(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """The shorter of two pauses; None is for ever."""
    return min((pause for pause in (one, other) if pause is not None), default=None)
