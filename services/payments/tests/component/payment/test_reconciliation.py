"""Settlement files against the ledger: what agrees, what does not, and clearing accounts that return to zero."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.store import UnitOfWork
from chassis.tasks import TaskRunner
from payments.application.ledger import Transfer, TransferKind, player_cash, player_hold, psp_clearing, transfer_id
from payments.application.reconciliation.files import bring
from payments.application.reconciliation.running import Run
from payments.application.reconciliation.terms import set_terms
from payments.application.reconciliation.watching import Watch
from payments.domain.reconciliation.errors import FileOfAnotherFormat
from payments.domain.reconciliation.terms import BANK, SettlementTerms

from .bank import ACCOUNT, camt
from .world import World

ADYEN_HEAD = (
    "Psp Reference,Merchant Reference,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,"
    "Gross Debit (GC),Gross Credit (GC),Net Currency,Net Debit (NC),Net Credit (NC),Batch Number\n"
)


def adyen(kind: str, reference: object, gross: str = "", net: str = "", *, batch: str = "7", **other: str) -> str:
    """A line: amounts with a minus stand in the debit columns."""
    sides = [("", one) if not one.startswith("-") else (one[1:], "") for one in (gross, net)]
    currency, said, psp = other.get("currency", "EUR"), other.get("said", "M"), other.get("psp", "P")
    at = other.get("at", "2026-11-20 10:00:00")
    return (
        f"{psp},{reference},{at},{other.get('zone', 'UTC')},{kind},{said},{currency},{sides[0][0]},{sides[0][1]},"
        f"{currency},{sides[1][0]},{sides[1][1]},{batch}\n"
    )


BANKS = ("camt053", "mt940")
OWN = "SELECT 1 FROM settlement_terms WHERE casino_id = $1 AND provider = 'bank'"


class Books:
    """A casino's money at Adyen, and files about it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.desk, self.folder = world, world.desk, folder

    async def post(self, *transfers: Transfer) -> None:
        postings = await self.desk.ledger.post(transfers)
        assert all(one.posted for one in postings), postings

    async def deposit(self, amount_minor: int = 100_00, *, provider: str = "adyen") -> UUID:
        deposit_id, casino, player = uuid4(), self.world.casino, self.world.player
        await self.post(
            Transfer(
                id=transfer_id(TransferKind.DEPOSIT, deposit_id),
                kind=TransferKind.DEPOSIT,
                debit=psp_clearing(casino, provider, "EUR"),
                credit=player_cash(casino, player, "EUR"),
                amount_minor=amount_minor,
                reference_id=deposit_id,
                provider=provider,
            )
        )
        return deposit_id

    async def move(self, kind: TransferKind, reference: UUID, amount_minor: int, part: object = "") -> None:
        casino, player = self.world.casino, self.world.player
        cash, hold = player_cash(casino, player, "EUR"), player_hold(casino, player, "EUR")
        clearing = psp_clearing(casino, "adyen", "EUR")
        debit, credit = {
            TransferKind.DEPOSIT_REVERSAL: (cash, clearing),
            TransferKind.WITHDRAWAL_HOLD: (cash, hold),
            TransferKind.WITHDRAWAL_PAID: (hold, clearing),
        }[kind]
        await self.post(
            Transfer(
                id=transfer_id(kind, reference, part),
                kind=kind,
                debit=debit,
                credit=credit,
                amount_minor=amount_minor,
                reference_id=reference,
                provider="adyen",
            )
        )

    async def own(self, *accounts: str, casino: UUID | None = None) -> None:
        """The casino's own bank accounts, in every currency of these tests."""

        async def work(uow: UnitOfWork) -> None:
            for currency in ("EUR", "USD"):
                await set_terms(self.desk, uow, at, BANK, currency, SettlementTerms(accounts=accounts))

        at = casino or self.world.casino
        await self.desk.app.transact(work, self.desk.ours("tests", at))

    async def bring(
        self, content: str | bytes, name: str = "adyen_settlement_details", casino: UUID | None = None
    ) -> Any:
        """Bring a file, and have it worked on to the end."""
        file = await self.lay(content, name, casino)
        await self.work()
        (row,) = await self.world.rows("SELECT * FROM settlement_file WHERE id = $1", file.id)
        return row

    async def lay(
        self, content: str | bytes, name: str = "adyen_settlement_details", casino: UUID | None = None
    ) -> Any:
        """Bring a file; nobody has worked on it."""
        local = self.folder / str(uuid4())
        local.write_bytes(content if isinstance(content, bytes) else content.encode())
        at = casino or self.world.casino
        if name in BANKS and not await self.world.rows(OWN, at):
            await self.own(ACCOUNT, casino=at)
        file, _ = await bring(self.desk, self.desk.ours("tests", at), at, name, local)
        return file

    async def work(self) -> None:
        """Until no file waits for another to be done."""
        waiting = "SELECT 1 FROM task WHERE kind = 'payments.reconcile_file'"
        for _ in range(10):
            await self.work_once()
            if not await self.world.rows(waiting):
                break
            self.world.clock.advance(timedelta(seconds=2))

    async def work_once(self) -> None:
        service = self.world.service
        kinds = {kind: one for kind, one in service.tasks.items() if kind == "payments.reconcile_file"}
        await TaskRunner(service.db, kinds, clock=self.world.clock).run_due()

    async def items(self) -> list[tuple[Any, ...]]:
        query = """SELECT movement, state, difference, difference_minor FROM settlement_item
                   WHERE casino_id = $1 ORDER BY id"""
        return [tuple(row.values()) for row in await self.world.rows(query, self.world.casino)]

    async def expectations(self) -> list[tuple[Any, ...]]:
        query = """SELECT movement, amount_minor, state FROM settlement_expectation
                   WHERE casino_id = $1 ORDER BY booked_at, id"""
        return sorted(tuple(row.values()) for row in await self.world.rows(query, self.world.casino))

    async def balance(self, kind: str = "psp_clearing", provider: str | None = "adyen") -> int:
        query = """SELECT coalesce(
                       sum(CASE WHEN credit_type = $2 THEN amount_minor ELSE -amount_minor END), 0)::bigint AS sum
                   FROM transfer WHERE casino_id = $1 AND $2 IN (credit_type, debit_type)
                   AND ($3::text IS NULL OR provider = $3)"""
        (row,) = await self.world.rows(query, self.world.casino, kind, provider)
        return int(row["sum"])


@pytest.fixture
async def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def test_what_is_settled_and_arrives_at_the_bank_leaves_nothing_at_the_provider(books: Books):
    paid, refunded = await books.deposit(100_00), await books.deposit(50_00)
    await books.move(TransferKind.DEPOSIT_REVERSAL, refunded, 20_00)
    await books.move(TransferKind.WITHDRAWAL_HOLD, paid, 30_00)
    await books.move(TransferKind.WITHDRAWAL_PAID, paid, 30_00)
    assert await books.balance() == -100_00
    file = await books.bring(
        ADYEN_HEAD
        + adyen("Settled", paid, "100.00", "97.50")
        + adyen("Settled", refunded, "50.00", "48.75")
        + adyen("Refunded", refunded, "-20.00", "-20.10")
        + adyen("PaidOut", paid, "-30.00", "-30.00")
        + adyen("Fee", "", "", "-1.20")
        + adyen("MerchantPayout", "", "", "-94.95", said="TX123XT batch 7")
    )
    assert (file["state"], file["rows"], file["why"]) == ("done", 6, None)
    assert {state for _, _, state in await books.expectations()} == {"matched"}
    assert {row[1] for row in await books.items()} == {"matched", "counted"}
    assert (await books.balance(), await books.balance("psp_fees")) == (-94_95, -5_05)
    await books.bring(camt(("94.95", "ADYEN TX123XT batch 7 CasinoMT"), ("-12.00", "rent")), "camt053")
    assert (await books.balance(), await books.balance("bank")) == (0, -94_95)
    assert [row[1] for row in await books.items()][-2:] == ["matched", "missing_in_ledger"]
    assert await books.world.ledger_sum() == 0


async def test_the_same_bytes_again_are_the_file_of_the_first_time(books: Books):
    deposit = await books.deposit()
    content = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50")
    first, again = await books.bring(content), await books.bring(content)
    assert first["id"] == again["id"]
    assert (await books.balance("psp_fees"), len(await books.items())) == (-2_50, 1)


async def test_what_does_not_agree_says_why(books: Books):
    less, foreign, twice = await books.deposit(), await books.deposit(), await books.deposit()
    await books.bring(
        ADYEN_HEAD
        + adyen("Settled", less, "99.00", "99.00")
        + adyen("Settled", foreign, "100.00", "100.00", currency="USD")
        + adyen("Settled", twice, "100.00", "100.00")
        + adyen("Settled", uuid4(), "7.00", "7.00")
        + adyen("ReserveAdjustment", "", "", "-5.00")
    )
    assert await books.items() == [
        ("deposit", "mismatched", "amount", -1_00),
        ("deposit", "mismatched", "rate", None),
        ("deposit", "matched", None, 0),
        ("deposit", "missing_in_ledger", "unknown_reference", 7_00),
        ("other", "missing_in_ledger", "not_a_payment", -5_00),
    ]
    await books.bring(ADYEN_HEAD + adyen("Settled", twice, "100.00", "100.00", batch="8"))
    assert (await books.items())[-1] == ("deposit", "missing_in_ledger", "repeated", 100_00)


async def test_a_payment_captured_in_parts_agrees_once_its_last_part_is_there(books: Books):
    deposit = await books.deposit(100_00)
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "60.00", "60.00"))
    assert await books.expectations() == [("deposit", 100_00, "mismatched")]
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "40.00", "40.00", batch="8"))
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert {row[1] for row in await books.items()} == {"matched"}


async def test_the_same_line_twice_in_one_file_is_an_amount_that_differs(books: Books):
    line = adyen("Settled", await books.deposit(), "100.00", "100.00")
    await books.bring(ADYEN_HEAD + line + line)
    assert [row[1:3] for row in await books.items()] == [("mismatched", "amount")] * 2


async def test_a_line_without_our_reference_is_found_by_amount_and_date_where_only_one_fits(books: Books):
    await books.deposit(12_34)
    await books.deposit(55_00)
    await books.deposit(55_00)
    day = f"{books.world.clock.now():%Y-%m-%d 00:00:00}"
    await books.bring(
        ADYEN_HEAD
        + adyen("Settled", "", "12.34", "12.34", at=day, psp="A")
        + adyen("Settled", "", "55.00", "55.00", at=day, psp="B")
    )
    assert [row[1] for row in await books.items()] == ["matched", "missing_in_ledger"]


async def test_a_file_of_another_casino_fails_and_posts_nothing(books: Books):
    theirs, other = await books.deposit(), uuid4()
    await books.world.open_casino(other)
    line = adyen("Settled", theirs, "100.00", "97.50")
    file = await books.bring(ADYEN_HEAD + line, casino=other)
    assert (file["state"], file["why"]) == (
        "failed",
        "It tells of payments of another casino, and of none of this one.",
    )
    assert await books.expectations() == [("deposit", 100_00, "open")]
    for table in ("settlement_item", "settlement_batch", "transfer"):
        assert await books.world.rows(f"SELECT 1 FROM {table} WHERE casino_id = $1", other) == []
    assert (await books.bring(ADYEN_HEAD + line))["state"] == "done", "at its own casino it is another file"


async def test_of_an_account_two_casinos_share_each_finds_its_own_payments(books: Books):
    world, theirs = books.world, [await books.deposit(), await books.deposit()]
    world.casino, world.player = uuid4(), uuid4()
    await world.open_casino()
    await world.register()
    strangers = "".join(adyen("Settled", one, "100.00", "100.00") for one in theirs)
    mine = await books.deposit()
    await books.bring(ADYEN_HEAD + strangers + adyen("Settled", mine, "100.00", "100.00"))
    assert [row[1:3] for row in await books.items()] == [
        ("missing_in_ledger", "unknown_reference"),
        ("missing_in_ledger", "unknown_reference"),
        ("matched", None),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG", "not UTF-8"),
        (b"a,b\n1,2\n", "columns are missing"),
        ((ADYEN_HEAD + adyen("Settled", "", "1.00", "1.00") + adyen("Settled", "", "1.005", "1")).encode(), "line 3"),
    ],
    ids=["picture", "columns", "fraction"],
)
async def test_a_file_that_is_none_fails_as_a_whole(books: Books, content: bytes, why: str):
    file = await books.bring(content)
    assert (file["state"], await books.items()) == ("failed", [])
    assert why in file["why"]


async def test_what_failed_is_read_anew_in_the_format_it_is_said_to_be_of_now(books: Books):
    deposit = await books.deposit()
    content = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50")
    failed = await books.bring(content, "stripe_balance")
    assert failed["state"] == "failed"
    again = await books.bring(content)
    assert (again["id"], again["state"], again["format"], again["provider"], again["why"]) == (
        failed["id"], "done", "adyen_settlement_details", "adyen", None,
    )  # fmt: skip
    assert [row[1] for row in await books.items()] == ["matched"]
    with pytest.raises(FileOfAnotherFormat):
        await books.bring(content, "stripe_balance")


async def test_killed_anywhere_it_goes_on_without_doubling_anything(books: Books):
    deposits = [await books.deposit(10_00 + n) for n in range(12)]
    lines = [adyen("Settled", one, f"10.{n:02}", f"9.{75 + n}") for n, one in enumerate(deposits)]
    local = books.folder / "file"
    local.write_text(ADYEN_HEAD + "".join(lines))
    casino = books.world.casino
    file, _ = await bring(books.desk, books.desk.ours("t", casino), casino, "adyen_settlement_details", local)
    for last in range(1, 40):
        try:
            await Dying(books.desk, file.id, casino, last)()
        except Killed:
            continue
        break
    assert last > 5
    assert [row[1] for row in await books.items()] == ["matched"] * 12
    assert (await books.balance("psp_fees"), await books.balance()) == (
        -3_00,
        3_00 - sum(10_00 + n for n in range(12)),
    )


async def test_what_is_due_and_untold_is_missing_and_an_alarm_after_each_week(books: Books):
    await books.deposit()
    watch = Watch(books.desk)
    await watch.look()
    assert await books.expectations() == [("deposit", 100_00, "open")]
    books.world.clock.advance(timedelta(days=4))
    await watch.look()
    assert await books.expectations() == [("deposit", 100_00, "missing_at_provider")]
    told = "SELECT code FROM provider_notification WHERE casino_id = $1"
    assert await books.world.rows(told, books.world.casino) == []
    books.world.clock.advance(timedelta(days=4))
    for _ in range(2):
        await watch.look()
    assert await books.world.rows(told, books.world.casino) == [{"code": "clearing_overdue"}]
    books.world.clock.advance(timedelta(days=7))
    for _ in range(2):
        await watch.look()
    assert await books.world.rows(told, books.world.casino) == [{"code": "clearing_overdue"}] * 2


@pytest.mark.parametrize("which", ["batch", "line"])
async def test_a_batch_that_does_not_arrive_and_a_line_of_nobody_age_as_well(books: Books, which: str):
    watch, day = Watch(books.desk), books.world.clock.now()
    reference = await books.deposit() if which == "batch" else uuid4()
    line = adyen("Settled", reference, "100.00", "100.00", batch="4711471147", at=f"{day:%Y-%m-%d %H:%M:%S}")
    await books.bring(ADYEN_HEAD + line)
    if which == "line":
        await books.bring(camt(("100.00", "ADYEN 4711471147")), "camt053")
    books.world.clock.advance(timedelta(days=8))
    for _ in range(2):
        await watch.look()
    told = "SELECT code FROM provider_notification WHERE casino_id = $1"
    assert await books.world.rows(told, books.world.casino) == [{"code": "clearing_overdue"}]
    query = "SELECT oldest_open_at, open_batches, open_lines FROM clearing_account WHERE casino_id = $1"
    (account,) = await books.world.rows(query, books.world.casino)
    assert account["oldest_open_at"] is not None
    assert (account["open_batches"], account["open_lines"]) == ((1, 0) if which == "batch" else (0, 1))


class Killed(Exception):
    """The process is gone."""


class Dying(Run):
    """A run that is killed before the n-th transaction commits."""

    def __init__(self, desk: Any, file_id: UUID, casino_id: UUID, last: int) -> None:
        super().__init__(desk, file_id, casino_id)
        self._left = last

    async def step(self, work: Any) -> Any:
        async def dying(uow: Any) -> Any:
            result = await work(uow)
            self._left -= 1
            if self._left == 0:
                raise Killed
            return result

        return await super().step(dying)


async def test_a_third_file_waits_so_that_payouts_have_their_places(books: Books):
    for amount in ("1.00", "2.00", "3.00"):
        await books.lay(ADYEN_HEAD + adyen("Settled", "", amount, amount))
    await books.work_once()
    query = "SELECT state FROM settlement_file WHERE casino_id = $1 ORDER BY uploaded_at"
    states = [row["state"] for row in await books.world.rows(query, books.world.casino)]
    assert sorted(states) == ["done", "done", "waiting"]
    await books.work()
    states = [row["state"] for row in await books.world.rows(query, books.world.casino)]
    assert states == ["done"] * 3
