"""I11 on a live installation: what was settled and decided, held against its entries, and they against it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing.postgres import Databases
from payments.adapters.ledger import settled
from payments.adapters.ledger.bonus_moves import KINDS as BONUS_KINDS
from payments.adapters.ledger.causes import KINDS
from payments.adapters.ledger.verify import CAUSED, CHECKS, SEALED, verify
from payments.application.ledger import (
    AccountType,
    Transfer,
    TransferKind,
    house,
    psp_clearing,
    psp_fees,
    transfer_id,
)

from .bank import camt
from .test_causes import plant
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_routes import SINCE, WHY, decided, listed, upload
from .world import World

BATCHES, DECISIONS = (
    "I11 the fees and the arrival of a batch are entries, once and as it says",
    "I11 what people decided about a settlement is entries, as they decided, and nothing else is",
)
POSTED, SAID = "I8 what an event moves was posted, once, as it says", "I8 what was posted an event says"
ONCE = "I4 an id was posted once, in whichever month"
ROLLED_BACK = "I4 what was rolled back was rolled back whole, once, for the same player"
CASH = "I2 the cash beside every movement of a player is what it was then"
AGREED = "I8 what was done with bonus money was agreed to, is listed and was posted, and nothing else was"
BONUS = "I2 the bonus beside every movement of a player is what it was then"

GUARDED: dict[TransferKind, tuple[str, ...]] = {
    **dict.fromkeys(KINDS, (POSTED, SAID)),
    TransferKind.PSP_FEE: (BATCHES,),
    TransferKind.SETTLEMENT: (BATCHES,),
    TransferKind.RECONCILIATION: (DECISIONS,),
    TransferKind.SETTLEMENT_EXCHANGE: (
        "I9 what was settled in another currency is two entries of its sums, and has its rate",
    ),
    TransferKind.DEBT_CARRIED: (
        "I9 what of a win's debt was carried to where debts are paid was paid there",
        "I3 nobody ever paid more than he owed",
    ),
    TransferKind.EXCHANGE: ("I9 an exchange is two entries of its amounts, and has its rate",),
    # Suppliers cause these, and what they sent is not kept here: an entry is as it was sealed, and stands in its row.
    TransferKind.BET: (SEALED, ONCE, CASH),
    TransferKind.WIN: (SEALED, ONCE, CASH),
    TransferKind.ROLLBACK_BET: (SEALED, ROLLED_BACK),
    TransferKind.ROLLBACK_WIN: (SEALED, ROLLED_BACK),
    TransferKind.TOMBSTONE: (SEALED, ROLLED_BACK),
    TransferKind.OWED: (SEALED, ONCE, CASH),
    **dict.fromkeys(BONUS_KINDS, (AGREED, BONUS)),
}
"""By which check of `verify` an entry of each kind is held to what it may be."""


def test_every_kind_of_entry_is_guarded_by_a_check() -> None:
    """Whoever adds a kind says what holds it."""
    assert set(GUARDED) == set(TransferKind)
    assert {name for names in GUARDED.values() for name in names} <= {*CHECKS, *CAUSED, SEALED}


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """Of each test: what is planted in one is not to be found in the next."""
    return await databases.create("payments")


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def broken(world: World) -> dict[str, tuple[str, ...]]:
    findings = await verify(world.service.db.url, against_events=True)
    return {one.name: one.broken for one in findings if not one.holds and one.name in {BATCHES, DECISIONS}}


async def one_open(books: Books, line: str) -> Any:
    """A line that nothing explains; its id."""
    await books.bring(ADYEN_HEAD + line)
    (item,) = await listed(books.world, "items", state="eq.missing_in_ledger", **SINCE)
    return item["item_id"]


async def matched(books: Books) -> dict[str, Any]:
    """A payment that was told with less, matched by two people; what they agreed to."""
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00"))
    (item,) = await listed(books.world, "items", **SINCE)
    (movement,) = await listed(books.world, "expectations", **SINCE)
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]]}
    await decided(books.world, "matches", **both, booked_to="fees")
    return both


async def lived(books: Books) -> None:
    """Everything that settles and that people decide, once."""
    world = books.world
    await matched(books)
    item = await one_open(books, adyen("ReserveAdjustment", "", "", "-5.00", batch="8"))
    await decided(world, f"items/{item}/book", booked_to="suspense")
    item = await one_open(books, adyen("ReserveAdjustment", "", "", "-6.00", batch="9"))
    await decided(world, f"items/{item}/ignore")
    for minor, path, body in ((10_00, "write-off", {"booked_to": "suspense"}), (20_00, "receive", {})):
        await books.deposit(minor)
        (movement,) = await listed(world, "expectations", state="eq.open", **SINCE)
        await decided(world, f"expectations/{movement['expectation_id']}/{path}", **body)
    await books.bring(camt(("-9.00", "rent")), "camt053")
    (line,) = await listed(world, "items", state="eq.missing_in_ledger", **SINCE)
    await decided(world, f"items/{line['item_id']}/book", booked_to="suspense")
    wrong = await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(30_00), "30.00", "29.10", batch="10"))
    content = ADYEN_HEAD + adyen("Settled", await books.deposit(40_00), "40.00", "39.50", batch="11")
    held = (await upload(world, content, replaces=wrong["id"])).json()
    await decided(world, f"files/{held['file_id']}/replace")
    await books.work()
    (batch,) = [one for one in await listed(world, "batches") if one["arrives_minor"] == 39_50]
    await decided(world, f"batches/{batch['batch_id']}/receive")


async def test_what_was_settled_and_decided_is_what_was_posted(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    await lived(books)
    kinds = {row["kind"] for row in await books.world.rows("SELECT DISTINCT kind FROM transfer")}
    assert kinds >= {*settled.OF_BATCHES, TransferKind.RECONCILIATION}
    assert await broken(books.world) == {}
    monkeypatch.setattr(settled, "PAGE", 1)
    monkeypatch.setattr(settled, "PAGE_OF_DECISIONS", 1)
    assert await broken(books.world) == {}, "page by page as well"


async def test_entries_that_nothing_caused_are_found(books: Books) -> None:
    """Whatever they refer to, and though they add up to nothing beside those of a batch."""
    casino, world = books.world.casino, books.world
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "100.00", "97.50"))
    assert await broken(world) == {}
    (batch,) = await world.rows("SELECT id FROM settlement_batch WHERE casino_id = $1", casino)
    clearing, fees, bank = psp_clearing(casino, "adyen", "EUR"), psp_fees(casino, "adyen", "EUR"), AccountType.BANK
    made = [
        Transfer(
            id=uuid4(), kind=kind, debit=debit, credit=credit, amount_minor=1234_00, provider="adyen",
            reference_id=reference_id,
        )
        for kind, other in (
            (TransferKind.PSP_FEE, fees),
            (TransferKind.SETTLEMENT, house(casino, bank, "EUR")),
            (TransferKind.RECONCILIATION, house(casino, AccountType.SUSPENSE, "EUR")),
        )
        for debit, credit, reference_id in (
            (clearing, other, None), (clearing, other, uuid4()), (clearing, other, batch["id"]),
            (other, clearing, batch["id"]),
        )
    ]  # fmt: skip
    await books.post(*made)
    found = await broken(world)
    for name, kinds in ((BATCHES, settled.OF_BATCHES), (DECISIONS, (TransferKind.RECONCILIATION,))):
        told = [
            f"transfer={one.id}, kind={one.kind}, reference={one.reference_id}" for one in made if one.kind in kinds
        ]
        assert sorted(found[name]) == sorted(told), name


ONE_WAY = {
    "UPDATE settlement_item SET state = 'booked' WHERE state = 'ignored'": "state=booked, which nobody decided",
    "UPDATE settlement_expectation SET state = 'written_off' WHERE state = 'open'":
        "state=written_off, which nobody decided",
    "UPDATE settlement_item SET state = 'replaced' WHERE state = 'matched' AND difference = 'amount'":
        "state=replaced, decided to be matched",
    "UPDATE settlement_expectation SET state = 'open' WHERE state = 'received'": "state=open, decided to be received",
    "DELETE FROM settlement_item WHERE state = 'booked' AND provider IS NULL": "state=None, decided to be booked",
    "UPDATE settlement_expectation SET amount_minor = amount_minor + 1 WHERE amount_minor = 1000":
        "another amount_minor than said by approval-",
}  # fmt: skip
THE_OTHER = {
    "UPDATE settlement_item SET state = 'matched' WHERE state = 'ignored'": "state=matched, which nobody decided",
    "UPDATE settlement_expectation SET state = 'received' WHERE state = 'open'": "state=received, which nobody decided",
    "UPDATE settlement_item SET state = 'ignored' WHERE state = 'booked' AND provider IS NULL":
        "state=ignored, decided to be booked",
    "UPDATE settlement_expectation SET state = 'open' WHERE state = 'written_off'":
        "state=open, decided to be written_off",
    "UPDATE transfer SET amount_minor = 501 WHERE kind = 'reconciliation' AND amount_minor = 500":
        "another amount_minor than said by approval-",
    "DELETE FROM transfer WHERE kind = 'reconciliation' AND amount_minor = 2000": "not posted, said by approval-",
    """UPDATE transfer SET debit_account = credit_account, credit_account = debit_account
       WHERE kind = 'reconciliation' AND amount_minor = 100""": "posted with another debit_type, credit_type than",
}  # fmt: skip


@pytest.mark.parametrize("faults", [ONE_WAY, THE_OTHER], ids=["one way", "the other"])
async def test_whatever_was_changed_about_decisions_is_found(books: Books, faults: dict[str, str]) -> None:
    await lived(books)
    await plant(books.world, *faults)
    found = (await broken(books.world))[DECISIONS]
    assert {words for words in faults.values() if not any(words in one for one in found)} == set(), found
    gone = sum(fault.startswith("DELETE FROM settlement_item") for fault in faults)
    assert len(found) == len(faults) + gone, "an entry about a line that is gone is an entry nobody decided"


async def test_a_line_that_was_booked_and_is_replaced_is_found(books: Books) -> None:
    """The same payment, told again by the file in its place, might be booked once more."""
    world = books.world
    item = await one_open(books, adyen("Settled", uuid4(), "7.00", "7.00"))
    await decided(world, f"items/{item}/book", booked_to="suspense")
    assert await broken(world) == {}
    await plant(world, "UPDATE settlement_item SET state = 'replaced' WHERE id = :id", id=int(item))
    (words,) = (await broken(world))[DECISIONS]
    assert words.startswith(f"line={item}, state=replaced, decided to be booked by approval-")


async def test_a_match_of_the_first_version_is_named_by_its_movements(books: Books) -> None:
    both = await matched(books)
    as_then = transfer_id(TransferKind.RECONCILIATION, "match", *both["expectation_ids"])
    await plant(books.world, "UPDATE transfer SET id = :id WHERE kind = 'reconciliation'", id=as_then)
    assert await broken(books.world) == {}
    await plant(books.world, "UPDATE transfer SET amount_minor = 101 WHERE kind = 'reconciliation'")
    assert list(await broken(books.world)) == [DECISIONS]


async def test_what_was_agreed_to_is_the_proposal_as_it_was_last_edited(books: Books) -> None:
    world, me = books.world, books.world.staff(uuid4())
    item = await one_open(books, adyen("ReserveAdjustment", "", "", "-5.00", batch="8"))
    body = {**WHY, "booked_to": "suspense"}
    proposed = await world.post(f"/reconciliation/items/{item}/book", body, as_=me)
    edited = {"item_id": int(item), "booked_to": "fees"}
    answer = await world.client.put(f"{proposed.json()['href']}/payload", json={"payload": edited}, headers=me)
    assert answer.status_code == 200, answer.text
    seen = {"payload_sha256": (await world.client.get(proposed.json()["href"], headers=me)).json()["payload_sha256"]}
    done = await world.client.post(f"{proposed.json()['href']}/approve", json=seen, headers=world.staff())
    assert (done.status_code, done.json()["state"]) == (200, "executed"), done.text
    assert await books.balance("psp_fees") == -5_00
    assert await broken(world) == {}
