"""The ledger on PostgreSQL: what is answered, what is stored, what is told."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.domain import Clock
from chassis.store import Application, Context, EventTypes
from contracts.envelope import Envelope
from contracts.payments.events import DebtRecorded, RollbackRemembered, TransferPosted
from payments.application.ledger import (
    InsufficientFunds,
    Transfer,
    TransferDiffers,
    TransferKind,
    WalletUnknown,
    ensure_posted,
    house,
    player_bonus,
    player_cash,
    player_receivable,
    psp_clearing,
    psp_fees,
)
from payments.domain.ledger.accounts import AccountType, WalletKey
from payments.domain.ledger.transfers import Code


async def told(desk, key: WalletKey) -> list:
    messages = [message for message in await desk.messages() if message.key == str(key.player_id)]
    return [Envelope.from_json(message.value).event() for message in messages]


async def test_bet_win_and_rollback_are_posted_stored_and_told(desk):
    key = await desk.player(100)
    bet = desk.move("bet", key, "t1", 30)
    assert await desk.one(bet) == (Code.CREATED, 70, 70, None, 0)
    assert (await desk.one(desk.move("win", key, "t2", 50, of=bet.id)))[:2] == (Code.CREATED, 120)
    assert (await desk.one(desk.move("rollback", key, "t3", of=bet.id)))[:2] == (Code.CREATED, 150)
    assert await desk.cash(key) == 150
    events = [event for event in await told(desk, key) if isinstance(event, TransferPosted)]
    assert [(event.kind, event.delta_minor, event.balance_minor) for event in events] == [
        ("deposit", 100, 100),
        ("bet", -30, 70),
        ("win", 50, 120),
        ("rollback_bet", 30, 150),
    ]
    await desk.holds()


async def test_entries_of_one_batch_are_numbered_in_the_order_of_their_balances(desk):
    key = await desk.player(1_000)
    answers = await desk.ledger.move([desk.move("bet", key, str(n), 10) for n in range(50)])
    assert [answer.cash_minor for answer in answers] == [1_000 - 10 * n for n in range(1, 51)]
    query = """SELECT cash_after FROM transfer JOIN account ON account.id = wallet_id
               WHERE account.player_id = $1 AND kind = 'bet' ORDER BY seq"""
    rows = await desk.sql(query, key.player_id)
    assert [row["cash_after"] for row in rows] == [1_000 - 10 * n for n in range(1, 51)]
    await desk.holds()


async def test_movements_are_told_with_the_order_in_which_they_were_posted(desk):
    key, other = await desk.player(1_000), await desk.player(1_000)
    for batch in range(4):
        movers = [key, other, key, key]
        await desk.ledger.move([desk.move("bet", who, f"{batch}-{n}", 10) for n, who in enumerate(movers)])
    for wallet in (key, other):
        events = await told(desk, wallet)
        numbers = [event.sequence for event in events]
        assert numbers == sorted(set(numbers)), "every movement has a greater number than the one before"
        assert [event.balance_minor for event in events] == [1_000 - 10 * n for n in range(len(events))]


async def test_a_repeat_in_the_same_batch_and_in_a_later_one_gets_the_first_answer(desk):
    key = await desk.player(100)
    bet = desk.move("bet", key, "t1", 30)
    answers = await desk.ledger.move([bet, bet, bet._replace(amount_minor=31), desk.move("bet", key, "t2", 10)])
    assert [(answer.code, answer.cash_minor) for answer in answers] == [
        (Code.CREATED, 70),
        (Code.REPEATED, 70),
        (Code.DIFFERENT_FACTS, 70),
        (Code.CREATED, 60),
    ]
    assert (await desk.one(bet))[:2] == (Code.REPEATED, 70)
    assert (await desk.one(bet._replace(fingerprint=8)))[:2] == (Code.DIFFERENT_FACTS, 60)
    assert await desk.entries(key) == 3


async def test_the_same_id_for_another_player_is_refused(desk):
    one, other = await desk.player(100), await desk.player(100)
    bet = desk.move("bet", one, "t1", 30)
    await desk.one(bet)
    assert (await desk.one(bet._replace(wallet=other)))[:2] == (Code.DIFFERENT_FACTS, 100)
    await desk.holds()


async def test_a_refused_movement_leaves_no_trace(desk):
    key = await desk.player(100)
    before = await desk.count(), await desk.count("outbox"), await desk.count("account_delta")
    stranger = WalletKey(key.casino_id, uuid4(), "EUR")
    answers = await desk.ledger.move(
        [
            desk.move("bet", key, "a", 101),
            desk.move("bet", stranger, "b", 1),
            desk.move("bet", key._replace(currency="GBP"), "c", 1),
            desk.move("bet", key._replace(casino_id=uuid4()), "d", 1),
            desk.move("win", key, "e", 1, of=uuid4(), must_know=True),
            desk.move("rollback", key, "f"),
        ]
    )
    assert [answer.code for answer in answers] == [
        Code.INSUFFICIENT_FUNDS,
        *[Code.UNKNOWN_ACCOUNT] * 3,
        *[Code.UNKNOWN_REFERENCE] * 2,
    ]
    assert (await desk.count(), await desk.count("outbox"), await desk.count("account_delta")) == before
    await desk.holds()


async def test_a_rollback_before_its_bet_is_remembered_for_ever_and_told(desk):
    key = await desk.player(100)
    bet = desk.move("bet", key, "t1", 30)
    rollback = desk.move("rollback", key, "t2", of=bet.id)
    assert (await desk.one(rollback))[:2] == (Code.CREATED, 100)
    assert (await desk.one(bet))[:2] == (Code.ROLLED_BACK, 100)
    assert (await desk.one(rollback))[:2] == (Code.REPEATED, 100)
    assert (await desk.one(desk.move("rollback", key, "t3", of=bet.id)))[:2] == (Code.REPEATED, 100)
    assert isinstance((await told(desk, key))[-1], RollbackRemembered)
    assert await desk.entries(key) == 2
    await desk.holds()


async def test_a_bet_repeated_after_its_own_rollback_does_not_stand(desk):
    key = await desk.player(100)
    bet = desk.move("bet", key, "t1", 30)
    rollback = desk.move("rollback", key, "t2", of=bet.id)
    answers = await desk.ledger.move([bet, bet, rollback, bet])
    assert [answer.code for answer in answers] == [Code.CREATED, Code.REPEATED, Code.CREATED, Code.ROLLED_BACK]
    assert (await desk.one(bet))[:2] == (Code.ROLLED_BACK, 100)
    assert await desk.entries(key) == 3
    await desk.holds()


async def test_bet_and_rollback_in_one_batch_work_in_either_order(desk):
    key = await desk.player(100)
    one, two = desk.move("bet", key, "t1", 30), desk.move("bet", key, "t2", 30)
    answers = await desk.ledger.move(
        [one, desk.move("rollback", key, "r1", of=one.id), desk.move("rollback", key, "r2", of=two.id), two]
    )
    assert [answer.code for answer in answers] == [Code.CREATED, Code.CREATED, Code.CREATED, Code.ROLLED_BACK]
    assert await desk.cash(key) == 100
    await desk.holds()


async def test_what_was_spent_of_a_rolled_back_win_is_owed_and_somebody_is_told(desk):
    key = await desk.player()
    win = desk.move("win", key, "w", 40)
    await desk.one(win)
    await desk.one(desk.move("bet", key, "b", 25))
    assert (await desk.one(desk.move("rollback", key, "r", of=win.id)))[:2] == (Code.CREATED, 0)
    async with desk.db.write() as connection:
        wallet = await desk.ledger.lock_wallet(connection, *key)
    assert wallet is not None
    assert (wallet.cash_minor, wallet.owed_minor) == (0, 25)
    (debt,) = [event for event in await told(desk, key) if isinstance(event, DebtRecorded)]
    assert (debt.amount_minor, debt.owed_minor) == (25, 25)
    await desk.holds()


async def test_a_blocked_player_cannot_bet_and_a_new_wallet_of_his_is_blocked_too(desk):
    key = await desk.player(100)
    async with desk.db.write() as connection:
        await desk.ledger.restrict(connection, key.player_id, bets_blocked=True, deposits_blocked=True)
        await desk.ledger.open_wallet(connection, key.casino_id, key.player_id, "GBP")
        pounds = await desk.ledger.lock_wallet(connection, key.casino_id, key.player_id, "GBP")
    assert pounds is not None
    assert pounds.bets_blocked
    assert pounds.deposits_blocked
    assert (await desk.one(desk.move("bet", key, "t1", 30)))[:2] == (Code.BLOCKED, 100)
    assert (await desk.one(desk.move("win", key, "t2", 30)))[:2] == (Code.CREATED, 130)
    async with desk.db.write() as connection:
        await desk.ledger.restrict(connection, key.player_id, bets_blocked=False, deposits_blocked=False)
    assert (await desk.one(desk.move("bet", key, "t1", 30)))[:2] == (Code.CREATED, 100)


async def test_when_restrictions_may_have_been_missed_no_bet_is_taken(desk):
    key = await desk.player(100)
    desk.age = timedelta(seconds=61)
    assert (await desk.one(desk.move("bet", key, "t1", 30)))[:2] == (Code.FEED_STALE, 100)
    desk.age = timedelta(seconds=60)
    assert (await desk.one(desk.move("bet", key, "t1", 30))).code is Code.CREATED
    desk.age = timedelta(0)


async def test_opening_a_wallet_twice_opens_it_once(desk):
    key = await desk.player(100)
    async with desk.db.write() as connection:
        await desk.ledger.open_wallet(connection, *key)
    assert await desk.cash(key) == 100
    assert len(await desk.sql("SELECT 1 FROM account WHERE player_id = $1", key.player_id)) == 3


def deposit_with_fee(key: WalletKey, amount: int, fee: int) -> list[Transfer]:
    group, clearing = uuid4(), psp_clearing(key.casino_id, "stripe", key.currency)
    return [
        Transfer(
            id=uuid4(),
            kind=TransferKind.DEPOSIT,
            debit=clearing,
            credit=player_cash(*key),
            amount_minor=amount,
            group=group,
            provider="stripe",
        ),
        Transfer(
            id=uuid4(),
            kind=TransferKind.PSP_FEE,
            debit=psp_fees(key.casino_id, "stripe", key.currency),
            credit=clearing,
            amount_minor=fee,
            group=group,
            provider="stripe",
        ),
    ]


async def test_a_group_is_posted_whole_and_only_the_players_part_is_told(desk):
    key = await desk.player()
    both = deposit_with_fee(key, 1_000, 29)
    assert [posting.code for posting in await desk.ledger.post(both)] == [Code.CREATED] * 2
    assert [posting.code for posting in await desk.ledger.post(both)] == [Code.REPEATED] * 2
    assert [event.kind for event in await told(desk, key)] == ["deposit"]
    await desk.holds()


async def test_deposit_fee_and_bonus_are_posted_together_and_the_wallet_tells_them_apart(desk):
    key = await desk.player()
    deposit, fee = deposit_with_fee(key, 1_000, 29)
    expense = house(key.casino_id, AccountType.BONUS_EXPENSE, key.currency)
    given = Transfer(
        id=uuid4(),
        kind=TransferKind.BONUS_GRANT,
        debit=expense,
        credit=player_bonus(*key),
        amount_minor=500,
        group=deposit.group,
    )
    assert [posting.code for posting in await desk.ledger.post([deposit, fee, given])] == [Code.CREATED] * 3
    async with desk.db.write() as connection:
        wallet = await desk.ledger.lock_wallet(connection, *key)
    assert (wallet.cash_minor, wallet.bonus_minor) == (1_000, 500)
    altered = replace(given, amount_minor=501)
    codes = [posting.code for posting in await desk.ledger.post([deposit, fee, altered])]
    assert codes == [Code.GROUP_REFUSED, Code.GROUP_REFUSED, Code.DIFFERENT_FACTS]
    await desk.holds()


async def test_a_group_with_one_refusal_leaves_no_trace(desk, held):
    key = await desk.player(100)
    before = await desk.count()
    group = uuid4()
    first, second = (held(key, amount, uuid4()) for amount in (60, 60))
    linked = [
        Transfer(id=one.id, kind=one.kind, debit=one.debit, credit=one.credit, amount_minor=60, group=group)
        for one in (first, second)
    ]
    postings = await desk.ledger.post(linked)
    assert [posting.code for posting in postings] == [Code.GROUP_REFUSED, Code.INSUFFICIENT_FUNDS]
    with pytest.raises(InsufficientFunds):
        ensure_posted(postings)
    assert await desk.count() == before
    assert await desk.cash(key) == 100


async def test_the_accounts_of_house_and_player_that_a_transfer_names_come_into_being(desk):
    key = await desk.player(10)
    chargeback = Transfer(
        id=uuid4(),
        kind=TransferKind.CHARGEBACK,
        debit=player_receivable(*key),
        credit=psp_clearing(key.casino_id, "trustly", "EUR"),
        amount_minor=500,
    )
    settlement = Transfer(
        id=uuid4(),
        kind=TransferKind.SETTLEMENT,
        debit=house(key.casino_id, AccountType.BANK, "EUR"),
        credit=psp_clearing(key.casino_id, "stripe", "EUR"),
        amount_minor=10,
    )
    charged, settled = await desk.ledger.post([chargeback, settlement])
    assert (charged.code, charged.debit_balance) == (Code.CREATED, -500)
    assert (settled.code, settled.debit_balance) == (Code.CREATED, None)
    assert await desk.cash(key) == 10
    await desk.holds()


async def test_a_transfer_of_a_player_without_a_wallet_is_refused_and_makes_no_account_for_him(desk, held):
    stranger = WalletKey(uuid4(), uuid4(), "EUR")
    postings = await desk.ledger.post([held(stranger, 10, uuid4())])
    assert [posting.code for posting in postings] == [Code.UNKNOWN_ACCOUNT]
    with pytest.raises(WalletUnknown):
        ensure_posted(postings)
    assert await desk.sql("SELECT 1 FROM account WHERE player_id = $1", stranger.player_id) == []


class TestInsideACallersTransaction:
    """What he appends and what is posted become true together or not at all."""

    @staticmethod
    def application(desk) -> tuple[Application, Context]:
        clock: Clock = desk.clock
        return Application(desk.db, EventTypes(), source="payments", clock=clock), Context.system("tests", clock)

    async def test_a_commit_makes_it_true(self, desk, held):
        key = await desk.player(100)
        application, ctx = self.application(desk)
        transfer = held(key, 60, uuid4())
        (posting,) = await application.transact(lambda uow: desk.ledger.post_in(uow, [transfer]), ctx)
        assert (posting.code, posting.debit_balance, posting.credit_balance) == (Code.CREATED, 40, 60)
        (again,) = await application.transact(lambda uow: desk.ledger.post_in(uow, [transfer]), ctx)
        assert (again.code, again.debit_balance) == (Code.REPEATED, 40)
        assert [event.kind for event in await told(desk, key)] == ["deposit", "withdrawal_hold"]
        await desk.holds()

    async def test_a_roll_back_makes_it_never_have_been(self, desk, held):
        key = await desk.player(100)
        application, ctx = self.application(desk)

        async def refuse(uow):
            await desk.ledger.post_in(uow, [held(key, 60, uuid4())])
            ensure_posted(await desk.ledger.post_in(uow, [held(key, 41, uuid4())]))

        with pytest.raises(InsufficientFunds):
            await application.transact(refuse, ctx)
        assert await desk.cash(key) == 100
        assert await desk.entries(key) == 1
        await desk.holds()

    async def test_a_wallet_opened_and_an_account_made_in_a_transaction_that_fails_are_gone_with_it(self, desk):
        application, ctx = self.application(desk)
        key = WalletKey(uuid4(), uuid4(), "EUR")

        async def open_and_fail(uow):
            await desk.ledger.open_wallet(uow.connection, *key)
            ensure_posted(await desk.ledger.post_in(uow, deposit_with_fee(key, 100, 1)))
            raise RuntimeError("after it was posted")

        with pytest.raises(RuntimeError):
            await application.transact(open_and_fail, ctx)
        assert await desk.sql("SELECT 1 FROM account WHERE casino_id = $1", key.casino_id) == []
        postings = await desk.ledger.post(deposit_with_fee(key, 100, 1))
        assert [posting.code for posting in postings] == [Code.UNKNOWN_ACCOUNT, Code.GROUP_REFUSED]

    async def test_an_id_used_for_other_facts_raises_what_the_api_answers(self, desk, held):
        key, withdrawal = await desk.player(100), uuid4()
        application, ctx = self.application(desk)
        await desk.ledger.post([held(key, 60, withdrawal)])
        postings = await application.transact(lambda uow: desk.ledger.post_in(uow, [held(key, 5, withdrawal)]), ctx)
        with pytest.raises(TransferDiffers):
            ensure_posted(postings)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfer SET amount_minor = 1",
        "DELETE FROM transfer",
        "TRUNCATE transfer",
        "DELETE FROM account",
    ],
)
async def test_what_is_posted_cannot_be_changed_or_removed_even_by_a_superuser(desk, statement: str):
    await desk.player(100)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="forbidden"):
        await desk.sql(statement)
    await desk.holds()


async def test_the_database_itself_keeps_the_floor(desk):
    key = await desk.player(100)
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.sql("UPDATE account SET balance_minor = -1 WHERE player_id = $1 AND type = 'cash'", key.player_id)


async def test_amounts_at_the_edge_of_what_is_possible_are_exact(desk):
    key = await desk.player(10**15)
    assert (await desk.one(desk.move("bet", key, "t1", 10**15)))[:2] == (Code.CREATED, 0)
    assert (await desk.one(desk.move("win", key, "t2", 10**15)))[:2] == (Code.CREATED, 10**15)
    assert (await desk.one(desk.move("bet", key, "t3", 0, fingerprint=2**63 - 1)))[:2] == (Code.CREATED, 10**15)
    assert await desk.cash(WalletKey(key.casino_id, UUID(int=0), "EUR")) is None
    await desk.holds()
