"""Where two people decide about a withdrawal: who said yes before, and whether it counts; see `chassis.approvals`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.approvals import Authority
from chassis.approvals.errors import AnotherPersonNeeded
from chassis.auth import Caller
from chassis.auth.errors import StepUpNeeded
from chassis.auth.policy.model import Wish
from contracts.payments.permissions import PaymentsPermission as P
from payments.domain.withdrawal.errors import SecondPersonRequired
from payments.domain.withdrawal.events import WithdrawalFact
from payments.domain.withdrawal.policy import counts
from payments.domain.withdrawal.states import Yes

FRESH_S = 300
"""How old, in seconds, the proof may be of who they are, of two who approve together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Who said yes before and may say it still, and who may not any more."""

    standing: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()

    @property
    def named(self) -> str | None:
        """For the record of the yes that follows."""
        return ",".join(self.standing) or None


async def said_before(
    caller: Caller, fact: WithdrawalFact, yeses: Sequence[Yes], authority: Authority, now: datetime
) -> Before:
    """The rules for one of two who decide about a withdrawal.

    Raises:
        StepUpNeeded: the caller must prove again who he is.
        SecondPersonRequired: one human may be behind him and whoever said yes before.
        PolicyStale: nobody can tell at the moment whether the first one still may.
    """
    _require_fresh(caller, now)
    before = [one for one in yeses if counts(one, now)]
    lost = await _lost(fact, before, authority, now)
    standing = tuple(one.by for one in before if one.by not in lost)
    others = [UUID(one) for one in standing if one != str(caller.id)]
    if not all(authority.apart(caller.id, one, now=now) for one in others):
        raise SecondPersonRequired(str(AnotherPersonNeeded.not_apart()))
    return Before(standing=standing, lost=lost)


def _require_fresh(caller: Caller, now: datetime) -> None:
    proved = caller.authenticated_at
    if proved is None or datetime.fromtimestamp(proved, UTC) < now - timedelta(seconds=FRESH_S):
        raise StepUpNeeded(FRESH_S)


async def _lost(fact: WithdrawalFact, before: Sequence[Yes], authority: Authority, now: datetime) -> frozenset[str]:
    """Those who said yes and may not approve as much any more."""
    if not before:
        return frozenset()
    await authority.look()
    may = authority.may
    wish = Wish(
        permission=P.WITHDRAWAL_APPROVE,
        casino_id=fact.casino_id,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
    )
    return frozenset(one.by for one in before if not may(UUID(one.by), wish, since=one.at or now, now=now))
