"""The service at work for the people of the fraud benchmark: nothing here decides, everything is as in the service."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from chassis.domain import FixedClock
from chassis.store import Actor, CasinoScope, Context, UnitOfWork
from chassis.testing.feed import Feed
from common import stopwatch
from fraud_people import MOST_HAVE, Step, Who
from fraud_told import TOLD, marked, told
from payments.application.bonuses import bonus_transfers
from payments.application.desk import Desk
from payments.application.fraud.deciding import judge_payment
from payments.application.fraud.hearing import count_bonus, count_deposit, count_warning
from payments.application.fraud.looking_again import look_again
from payments.application.fraud.ports import Entry, Payment, Signals
from payments.application.instruments.comparing import compare_holder
from payments.application.instruments.seeing import Whose, see_instrument
from payments.application.ledger import (
    AccountType,
    Transfer,
    TransferKind,
    ensure_posted,
    house,
    player_cash,
    player_hold,
    psp_clearing,
    transfer_id,
)
from payments.application.postings import deposit_transfers
from payments.domain.bonus.words import BonusAction, BonusFact
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import HearProvider, RequestDeposit
from payments.domain.deposit.events import DepositFact
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.words import Declined, DepositWord, Settled, TakenBack
from payments.domain.dispute.aggregate import dispute
from payments.domain.dispute.commands import HearDispute
from payments.domain.dispute.events import DisputeFact
from payments.domain.dispute.words import DisputeTold, Stage, Status
from payments.domain.fraud.rules import Trigger
from payments.domain.instrument.events import Direction
from payments.domain.instrument.words import Instrument, Kind, Likeness
from payments.read_models.player_standing import table as standings

PROVIDER = "stripe"
"""Whose codes say why a deposit failed."""
CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
LEAST_WITHDRAWAL = 5_00
ELDERS = 20
"""Players from before, whose e-mail is where that of most is: it is no domain of a few."""
HOME, ABROAD = "DE", "LT"
THEIR_OWN, ANOTHERS = "Sue Player", "Somebody Else"


class Names:
    """Verification, which knows what players are called: all of them the same."""

    async def likeness(self, player_id: UUID, casino_id: UUID, name: str) -> Likeness | None:  # noqa: ARG002
        """See HolderNames."""
        return Likeness.MATCH if name == THEIR_OWN else Likeness.MISMATCH

    async def close(self) -> None:
        """See HolderNames."""


class Casino:
    """The service, at the time of the step at hand."""

    def __init__(self, desk: Desk, clock: FixedClock, feed: Feed) -> None:
        self._desk, self._clock, self._feed = replace(desk, names=Names()), clock, feed
        self._met: set[UUID] = set()
        self._paid: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
        self._untold: dict[UUID, tuple[UUID, int]] = {}
        self._cash: dict[UUID, int] = defaultdict(int)
        self.refused = 0

    def context(self, ip: str = "") -> Context:
        """Somebody asks from there."""
        return Context(
            actor=Actor("player", "bench", ip or None),
            occurred_at=self._clock.now(),
            casino_id=CASINO,
            scope=CasinoScope.of(CASINO),
        )

    async def register(self, players: Iterable[UUID]) -> None:
        """They have an account each, with a wallet."""
        whose = {"casino_id": CASINO, "currency": "EUR", "country": HOME, "level": "basic", "limits": {},
                 "confirmed_hits": [], "blocked": False, "excluded": False}  # fmt: skip
        async with self._desk.app.db.write() as connection:
            await connection.execute(insert(standings), [{"player_id": one, **whose} for one in players])
            for player in players:
                await self._desk.ledger.open_wallet(connection, CASINO, player, "EUR")
        for number in range(ELDERS):
            await self._feed(marked(UUID(int=number), {"email_domain": MOST_HAVE}, CASINO))

    async def do(self, step: Step) -> None:
        """The step, as the service does it."""
        self._clock.advance(BEGIN + timedelta(minutes=step.minute) - self._clock.now())
        await self._meet(step.who)
        if step.kind in TOLD:
            await self._feed(told(step.kind, step.who.player, CASINO, self._clock.now()))
        match step.kind:
            case "deposit":
                await self._deposit(step)
            case "credit":
                await self._told(step, *self._untold.pop(step.who.player))
            case "play":
                await self._play(step)
            case "withdraw":
                await self._withdraw(step)
            case "bonus":
                await self._bonus(step)
            case "grant":
                await self._bonus(step)
                await self._post(*bonus_transfers(uuid4(), _grant(step)))
            case "allow" | "block":
                await self._list(step, step.kind)
            case "warn" | "reverse" if step.number < len(self._paid[step.who.player]):
                deposit_id, amount = self._paid[step.who.player][step.number]
                await (self._warn if step.kind == "warn" else self._reverse)(step, deposit_id, amount)

    async def _meet(self, who: Who) -> None:
        """He registers when something is heard of him first."""
        if who.player not in self._met:
            self._met.add(who.player)
            await self._feed(marked(who.player, who.contacts, CASINO))

    async def judge(self, step: Step, payment_id: UUID, trigger: Trigger) -> tuple[str | None, float]:
        """The code it is refused with, and how long the decision took, in seconds."""
        who = step.who

        async def can_be_proven() -> bool:
            return who.provable

        async def work(uow: UnitOfWork) -> tuple[str | None, float]:
            wallet = await self._desk.ledger.lock_wallet(uow.connection, CASINO, who.player, "EUR")
            payment = Payment(
                id=payment_id, trigger=trigger, casino_id=CASINO, player_id=who.player, provider=PROVIDER,
                amount_minor=step.amount_minor, currency="EUR",
            )  # fmt: skip
            signals = Signals(ip=who.ip, device_id=who.device, payout=step.payout)
            began = stopwatch()
            judged = await judge_payment(self._desk.fraud, uow, payment, wallet, signals, can_be_proven)
            took = stopwatch() - began
            if trigger is Trigger.DEPOSIT:
                command = RequestDeposit(
                    player_id=who.player, casino_id=CASINO, provider=PROVIDER, amount_minor=step.amount_minor,
                    currency="EUR", return_url=None, sent_as="bench",
                    standing=DepositStanding(declined=judged.refusal), now=uow.ctx.occurred_at,
                )  # fmt: skip
                await uow.decide(deposit, payment_id, command)
            return judged.refusal, took

        return await self._desk.app.transact(work, self.context(who.ip))

    async def _deposit(self, step: Step) -> None:
        deposit_id = uuid4()
        refusal, _ = await self.judge(step, deposit_id, Trigger.DEPOSIT)
        if refusal is not None:
            self.refused += 1
        elif step.why == "":
            self._untold[step.who.player] = (deposit_id, step.amount_minor)
        else:
            await self._told(step, deposit_id, step.amount_minor)

    async def _told(self, step: Step, deposit_id: UUID, amount_minor: int) -> None:
        """What the provider says of it."""
        if step.why is None:
            word: DepositWord = Settled(reference="r", amount_minor=amount_minor, currency="EUR")
            self._paid[step.who.player].append((deposit_id, amount_minor))
        else:
            word = Declined(reference="r", code=step.why, final=True)
        instrument_id = await self._hear(step.who, deposit_id, amount_minor, word)
        if instrument_id is not None:
            await compare_holder(self._desk, instrument_id, CASINO)

    async def _reverse(self, step: Step, deposit_id: UUID, amount_minor: int) -> None:
        """His bank takes it back."""
        word = TakenBack(
            reference="r", movement="m", amount_minor=amount_minor, currency="EUR", code="fraud", charged_back=True
        )  # fmt: skip
        await self._hear(step.who, deposit_id, amount_minor, word)

    async def _hear(self, who: Who, deposit_id: UUID, amount_minor: int, word: DepositWord) -> UUID | None:
        """The provider's word; the card whose holder's name it tells, if it does."""

        async def work(uow: UnitOfWork) -> UUID | None:
            ledger, fraud, now = self._desk.ledger, self._desk.fraud, uow.ctx.occurred_at
            seen = None
            if not isinstance(word, TakenBack) and (who.anothers or who.abroad):
                seen = await self._see(uow, who, deposit_id, used=isinstance(word, Settled))
            proved = frozenset({"instrument"} if isinstance(word, Settled) else ())
            paid_with = Signals(instrument=who.card, bin=f"4{who.card[0]}0000", proved=proved)
            looked = await look_again(fraud, uow, deposit_id, _fact(who, amount_minor), paid_with)
            wallet = await ledger.lock_wallet(uow.connection, CASINO, who.player, "EUR")
            heard = HearProvider(word=word, said_at=now, cash_minor=0 if wallet is None else wallet.cash_minor)
            outcome = await uow.decide(deposit, deposit_id, heard)
            await ledger.post_in(uow, deposit_transfers(deposit_id, outcome.events))
            await count_deposit(fraud, uow, deposit_id, outcome, looked)
            wallet = await ledger.find_wallet(uow.connection, CASINO, who.player, "EUR")
            self._cash[who.player] = 0 if wallet is None else wallet.cash_minor
            return seen

        return await self._desk.app.transact(work, self.context())

    async def _see(self, uow: UnitOfWork, who: Who, deposit_id: UUID, *, used: bool) -> UUID:
        """A card that tells more than that it is one."""
        whose = Whose(
            payment_id=deposit_id, player_id=who.player, casino_id=CASINO, provider=PROVIDER, direction=Direction.IN,
            used=used,
        )  # fmt: skip
        card = Instrument(
            kind=Kind.CARD, fingerprint=f"{PROVIDER}:{who.card}", country=ABROAD if who.abroad else HOME,
            holder=ANOTHERS if who.anothers else THEIR_OWN,
        )  # fmt: skip
        return await see_instrument(self._desk, uow, whose, card)

    async def _withdraw(self, step: Step) -> None:
        """As much of it as he has, if that is worth the way. It is paid, whatever people had to look at before."""
        who = step.who
        amount = min(self._cash[who.player], step.amount_minor)
        if amount < LEAST_WITHDRAWAL:
            return
        await self.judge(replace(step, amount_minor=amount), uuid4(), Trigger.WITHDRAWAL)
        cash, hold = player_cash(CASINO, who.player, "EUR"), player_hold(CASINO, who.player, "EUR")
        clearing = psp_clearing(CASINO, PROVIDER, "EUR")
        await self._post(
            Transfer(id=_new(), kind=TransferKind.WITHDRAWAL_HOLD, debit=cash, credit=hold, amount_minor=amount),
            Transfer(id=_new(), kind=TransferKind.WITHDRAWAL_PAID, debit=hold, credit=clearing, amount_minor=amount),
        )
        self._cash[who.player] -= amount
        await self._arrived(step)

    async def _arrived(self, step: Step) -> None:
        """That the place is his is no mere word any more."""
        keys = self._desk.fraud.fingerprints.of(CASINO, step.who.player, Signals(payout=step.payout))
        place = {kind: keys[kind] for kind in ("player", "payout")}
        async with self._desk.app.db.write() as connection:
            await self._desk.fraud.features.prove(connection, CASINO, place, proved=True)

    async def _play(self, step: Step) -> None:
        """As much of each stake as there is money for, and what that brings."""
        player = step.who.player
        cash, game = player_cash(CASINO, player, "EUR"), house(CASINO, AccountType.GAME_HOUSE, "EUR")
        moved: list[Transfer] = []
        for stake, brings in step.stakes:
            amount = min(self._cash[player], stake)
            if amount <= 0:
                continue
            won = brings * amount // stake
            moved.append(Transfer(id=_new(), kind=TransferKind.BET, debit=cash, credit=game, amount_minor=amount))
            if won:
                moved.append(Transfer(id=_new(), kind=TransferKind.WIN, debit=game, credit=cash, amount_minor=won))
            self._cash[player] += won - amount
        await self._post(*moved)

    async def _post(self, *moved: Transfer) -> None:
        if moved:
            ensure_posted(await self._desk.ledger.post(moved))

    async def _bonus(self, step: Step) -> None:
        """That he was given one; what he has of it to play with matters where it is granted."""
        await self._desk.app.transact(lambda uow: count_bonus(self._desk.fraud, uow, _grant(step)), self.context())

    async def _list(self, step: Step, which: Literal["allow", "block"]) -> None:
        """Two people let him go on for two weeks, or one stops money that is to go there."""
        kind = "player" if which == "allow" else "payout"
        keys = self._desk.fraud.fingerprints.of(CASINO, step.who.player, Signals(payout=step.payout))
        now = self._clock.now()
        entry = Entry(
            id=uuid4(), casino_id=CASINO, list=which, kind=kind, key=keys[kind], until=now + timedelta(days=14),
            rule=None, player_id=step.who.player, added_by="bench", added_at=now,
        )  # fmt: skip
        async with self._desk.app.db.write() as connection:
            await self._desk.fraud.lists.add(connection, entry)

    async def _warn(self, step: Step, deposit_id: UUID, amount_minor: int) -> None:
        """His bank reports fraud of it."""

        async def work(uow: UnitOfWork) -> None:
            fact = DisputeFact(
                deposit_id=deposit_id, player_id=step.who.player, casino_id=CASINO, provider=PROVIDER, reference="w",
                payment="r",
            )  # fmt: skip
            word = DisputeTold(
                payment="r", stage=Stage.FRAUD_WARNING, status=Status.OPENED, amount_minor=None, currency=None,
                code="fraudulent",
            )  # fmt: skip
            said = HearDispute(
                fact=fact, word=word, said_at=uow.ctx.occurred_at, deposited_minor=amount_minor, currency="EUR"
            )
            outcome = await uow.decide(dispute, uuid4(), said)
            paid = _fact(step.who, amount_minor)
            await count_warning(self._desk.fraud, uow, deposit_id, paid, outcome.events)

        await self._desk.app.transact(work, self.context())


def _grant(step: Step) -> BonusFact:
    return BonusFact(
        player_id=step.who.player, casino_id=CASINO, action=BonusAction.GRANT,
        amount_minor=step.amount_minor or 10_00, currency="EUR",
    )  # fmt: skip


def _fact(who: Who, amount_minor: int) -> DepositFact:
    return DepositFact(
        player_id=who.player, casino_id=CASINO, provider=PROVIDER, amount_minor=amount_minor, currency="EUR"
    )


def _new() -> UUID:
    return transfer_id("bench", uuid4())
