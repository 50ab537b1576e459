"""Background tasks: calls to providers, questions about unknown outcomes, the end of exclusions."""

import asyncio
from datetime import datetime, timedelta
from typing import Final, NoReturn
from uuid import UUID

from chassis.store import UnitOfWork
from chassis.tasks import Handler, Retry, Task
from payments.application import (
    cascade,
    deposits,
    dispute_answers,
    disputes,
    refunds,
    requested,
    restrictions,
    withdrawal_moves,
)
from payments.application.closed_loop import splitting
from payments.application.configuring import end_overlap
from payments.application.debts import WIN_DEBT, tell_of_win_debt
from payments.application.desk import Desk
from payments.application.erasure import ERASE, erase_player
from payments.application.instruments.comparing import compare_holder
from payments.application.instruments.seeing import COMPARE
from payments.application.processes.closing_process import ClosingProcess, Try
from payments.application.processes.deposit_process import DepositProcess
from payments.application.processes.dispute_process import DisputeProcess
from payments.application.processes.payout_process import PROVIDER_OFF, PayoutProcess
from payments.application.processes.refund_process import RefundProcess
from payments.application.processes.request_process import RequestProcess
from payments.application.reconciliation.files import FILES_AT_ONCE, RECONCILE
from payments.application.reconciliation.running import Run
from payments.application.restrictions import apply_restrictions
from payments.application.rotating import FORGET
from payments.application.second_payments import refund_second_payment

ANOTHER_FILE_ENDS: Final = timedelta(seconds=2)
"""Until a file is looked at again that waits for others to be done."""

LONGEST_HELD: Final = timedelta(hours=1)
"""Until an order is looked at again that has been held for long."""


def tasks(desk: Desk) -> dict[str, Handler]:
    """The handlers by kind. Each may run twice for the same task: everything behind it is idempotent."""
    return {
        **_deposit_tasks(desk),
        **_payout_tasks(desk),
        **_request_tasks(desk),
        **_refund_tasks(desk),
        **_player_tasks(desk),
        **_file_tasks(desk),
        **_account_tasks(desk),
    }


def _deposit_tasks(desk: Desk) -> dict[str, Handler]:
    async def ask(task: Task) -> None:
        """Find out what became of a deposit."""
        _again(await DepositProcess(desk).ask(task.id, _casino(task)), task)

    async def look(task: Task) -> None:
        """Ask about a deposit because the provider said that something happened, until it has answered."""
        named = task.payload.get("deposit_id")  # Not there: from before a deposit could have several providers.
        deposit_id = UUID(named) if named else task.id
        pause = await DepositProcess(desk).look(deposit_id, _casino(task), task.payload.get("provider"))
        _again(pause, task)

    async def stop(task: Task) -> None:
        """Stop a restricted player's open deposits."""
        await ClosingProcess(desk).stop(task.id, _casino(task))

    async def close(task: Task) -> None:
        """Have the provider take no money any more for a deposit that was given up."""
        since, number = _since(desk, task), int(task.payload.get("number") or 1)
        pause = await ClosingProcess(desk).close(task.id, _casino(task), Try(number, desk.now() - since))
        _again(pause, task, since=since.isoformat(), number=str(number + 1))

    async def close_earlier(task: Task) -> None:
        """Have a provider that a deposit was passed on from take no money for it any more."""
        since, number = _since(desk, task), int(task.payload.get("number") or 1)
        deposit_id, provider = UUID(task.payload["deposit_id"]), str(task.payload["provider"])
        this = Try(number, desk.now() - since)
        pause = await ClosingProcess(desk).close_earlier(deposit_id, _casino(task), provider, this)
        _again(pause, task, since=since.isoformat(), number=str(number + 1))

    async def refund_second(task: Task) -> None:
        """Send a second payment back to where it came from."""

        async def work(uow: UnitOfWork) -> None:
            await refund_second_payment(desk, uow, task.id)

        await desk.app.transact(work, desk.ours("second-payments", _casino(task)))

    return {
        deposits.ASK: ask,
        deposits.LOOK: look,
        deposits.CLOSE: close,
        restrictions.STOP: stop,
        cascade.CLOSE_EARLIER: close_earlier,
        cascade.REFUND_SECOND: refund_second,
    }


def _payout_tasks(desk: Desk) -> dict[str, Handler]:
    async def send(task: Task) -> None:
        """Send an order to pay, or find out what became of it."""
        since = _since(desk, task)
        pause = await PayoutProcess(desk).send(task.id, _casino(task), desk.now() - since)
        if pause is PROVIDER_OFF:
            _hold(desk, task)
        _again(pause, task, since=since.isoformat(), held="")

    async def ask(task: Task) -> None:
        """Ask what became of an order that was sent."""
        since = _since(desk, task)
        pause = await PayoutProcess(desk).ask(task.id, _casino(task), desk.now() - since)
        _again(pause, task, since=since.isoformat())

    async def resume(task: Task) -> None:
        """Find another way for what did not leave of a withdrawal in parts."""

        async def work(uow: UnitOfWork) -> None:
            await splitting.resume(desk, uow, task.id)

        await desk.app.transact(work, desk.ours("closed-loop", _casino(task)))

    return {withdrawal_moves.SEND: send, withdrawal_moves.ASK: ask, withdrawal_moves.RESUME: resume}


def _request_tasks(desk: Desk) -> dict[str, Handler]:
    async def look(task: Task) -> None:
        """Look what a player asked for on a provider's page."""
        since = _since(desk, task)
        process, provider = RequestProcess(desk), str(task.payload["provider"])
        pause = await process.look(task.id, _casino(task), provider, desk.now() - since)
        _again(pause, task, since=since.isoformat())

    async def drop(task: Task) -> None:
        """Drop there what will not be paid."""
        since = _since(desk, task)
        pause = await RequestProcess(desk).drop(task.id, _casino(task), desk.now() - since)
        _again(pause, task, since=since.isoformat())

    return {requested.LOOK: look, requested.DROP: drop}


def _refund_tasks(desk: Desk) -> dict[str, Handler]:
    async def send(task: Task) -> None:
        """Send an order to refund, or find out what became of it."""
        since = _since(desk, task)
        pause = await RefundProcess(desk).send(task.id, _casino(task), desk.now() - since)
        if pause is PROVIDER_OFF:
            _hold(desk, task)
        _again(pause, task, since=since.isoformat(), held="")

    async def ask(task: Task) -> None:
        """Ask what became of a refund that the provider took."""
        since = _since(desk, task)
        pause = await RefundProcess(desk).ask(task.id, _casino(task), desk.now() - since)
        _again(pause, task, since=since.isoformat())

    async def answer(task: Task) -> None:
        """Send an answer to a dispute, or find out what became of it."""
        since, dispute_id = _since(desk, task), UUID(task.payload["dispute_id"])
        pause = await DisputeProcess(desk, dispute_id, task.id, _casino(task)).send(desk.now() - since)
        _again(pause, task, since=since.isoformat())

    async def watch(task: Task) -> None:
        """Warn of a dispute's deadline, or note that it is over."""

        async def work(uow: UnitOfWork) -> timedelta | None:
            return await disputes.watch_dispute(uow, task.id)

        _again(await desk.app.transact(work, desk.ours("dispute-watch", _casino(task))), task)

    return {refunds.SEND: send, refunds.ASK: ask, disputes.WATCH: watch, dispute_answers.SEND: answer}


def _player_tasks(desk: Desk) -> dict[str, Handler]:
    async def review(task: Task) -> None:
        """Lift an exclusion that is over."""

        async def work(uow: UnitOfWork) -> None:
            await apply_restrictions(desk, uow, task.id)

        await desk.app.transact(work, desk.ours("restriction-review", _casino(task)))

    async def erase(task: Task) -> None:
        """Forget a player."""

        async def work(uow: UnitOfWork) -> timedelta | None:
            return await erase_player(desk, uow, task.id)

        _again(await desk.app.transact(work, desk.ours("erasure", _casino(task))), task)

    async def compare(task: Task) -> None:
        """Have a holder's name compared; while nobody can tell, the runner tries again, for ever."""
        await compare_holder(desk, task.id, _casino(task))

    async def tell(task: Task) -> None:
        """Tell people of a win that was taken back and had been spent."""

        async def work(uow: UnitOfWork) -> None:
            await tell_of_win_debt(desk, uow, task.payload)

        await desk.app.transact(work, desk.ours("win-debts", _casino(task)))

    return {restrictions.REVIEW: review, ERASE: erase, COMPARE: compare, WIN_DEBT: tell}


def _file_tasks(desk: Desk) -> dict[str, Handler]:
    places = asyncio.Semaphore(FILES_AT_ONCE)

    async def reconcile(task: Task) -> None:
        """Read a settlement file, and hold it against the ledger. It takes long: payouts need the other places."""
        if places.locked():
            raise Retry(ANOTHER_FILE_ENDS)
        async with places:
            await Run(desk, task.id, _casino(task))()

    return {RECONCILE: reconcile}


def _account_tasks(desk: Desk) -> dict[str, Handler]:
    async def forget(task: Task) -> None:
        """Forget secrets of an account that were replaced and are heard no longer."""

        async def work(uow: UnitOfWork) -> None:
            await end_overlap(desk, uow, _casino(task), str(task.payload["provider"]))

        await desk.app.transact(work, desk.ours("secrets-end", _casino(task)))

    return {FORGET: forget}


def _since(desk: Desk, task: Task) -> datetime:
    """When the first attempt was."""
    return datetime.fromisoformat(task.payload.get("since") or desk.now().isoformat())


def _casino(task: Task) -> UUID:
    return UUID(task.payload["casino_id"])


def _hold(desk: Desk, task: Task) -> NoReturn:
    """Look again once it is held a tenth longer, after a minute at least and an hour at most: what is held for weeks
    takes few turns of what may go.
    """
    now = desk.now()
    held = datetime.fromisoformat(task.payload.get("held") or now.isoformat())
    pause = min(max((now - held) / 10, PROVIDER_OFF), LONGEST_HELD)
    raise Retry(pause, payload={**task.payload, "since": now.isoformat(), "held": held.isoformat()})


def _again(pause: timedelta | None, task: Task, **remembered: str) -> None:
    if pause is not None:
        raise Retry(pause, payload={**task.payload, **remembered})
