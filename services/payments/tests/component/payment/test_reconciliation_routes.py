"""Reconciliation over HTTP: files are brought, lists show what does not agree, and two people decide about it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.payments.permissions import PaymentsPermission as P

from .bank import ACCOUNT, camt
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .world import V1, World

AT = f"{V1}/reconciliation"
SINCE = {"booked_at": "gte.2020-01-01"}
WHY = {"reason": "the provider says so by mail"}


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def upload(
    world: World, content: str | bytes, *, as_: dict[str, str] | None = None, **query: Any
) -> httpx.Response:
    asked = {"casino_id": world.casino, "format": "adyen_settlement_details", **query}
    headers = {**(as_ or world.staff()), "Content-Type": "application/octet-stream"}
    raw = content if isinstance(content, bytes) else content.encode()
    return await world.client.post(f"{AT}/files", params=asked, content=raw, headers=headers)


async def listed(world: World, path: str, **asked: str) -> list[Any]:
    answer = await world.client.get(f"{AT}/{path}", params=asked, headers=world.staff())
    assert answer.status_code == 200, answer.text
    rows: list[Any] = answer.json()
    return rows


async def decided(world: World, path: str, **body: Any) -> Any:
    proposed = await world.post(f"/reconciliation/{path}", {**WHY, **body}, as_=world.staff())
    assert proposed.status_code == 202, proposed.text
    return await world.approved(proposed)


async def one_item(books: Books, line: str) -> int:
    await books.bring(ADYEN_HEAD + line)
    return int((await listed(books.world, "items", **SINCE))[0]["item_id"])


async def test_a_file_is_taken_worked_on_and_shown(books: Books):
    world, deposit = books.world, await books.deposit()
    content = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50")
    taken = await upload(world, content)
    assert (taken.status_code, taken.json()["state"]) == (202, "waiting"), taken.text
    await books.work()
    again = await upload(world, content)
    assert (again.status_code, again.json()["file_id"]) == (200, taken.json()["file_id"])
    shown = await world.client.get(f"{AT}/files/{taken.json()['file_id']}", headers=world.staff())
    assert (shown.json()["state"], shown.json()["rows"]) == ("done", 1)
    (item,) = await listed(world, "items", **SINCE)
    assert (item["state"], item["fee_minor"], item["reference_id"]) == ("matched", 2_50, str(deposit))
    (batch,) = await listed(world, "batches")
    assert (batch["arrives_minor"], batch["state"]) == (97_50, "open")
    (movement,) = await listed(world, "expectations", **SINCE)
    assert movement["state"] == "matched"
    for path, key in (("items", "item_id"), ("batches", "batch_id"), ("expectations", "expectation_id")):
        row = (await listed(world, path, **SINCE))[0]
        alone = await world.client.get(f"{AT}/{path}/{row[key]}", headers=world.staff())
        assert alone.json() == row


async def test_a_file_brought_in_the_wrong_format_is_brought_again_in_the_right_one(books: Books):
    world = books.world
    content = ADYEN_HEAD + adyen("Settled", await books.deposit(), "100.00", "97.50")
    wrong = await upload(world, content, format="trustly_settlement")
    early = await upload(world, content)
    assert (early.status_code, early.json()["code"]) == (409, "file_of_another_format"), early.text
    assert early.json()["errors"][0]["field"] == "format"
    await books.work()
    (failed,) = await listed(world, "files")
    assert (failed["state"], failed["format"]) == ("failed", "trustly_settlement")
    right = await upload(world, content)
    assert (right.status_code, right.json()["file_id"]) == (202, wrong.json()["file_id"]), right.text
    await books.work()
    (done,) = await listed(world, "files")
    assert (done["state"], done["format"], done["provider"]) == ("done", "adyen_settlement_details", "adyen")
    late = await upload(world, content, format="trustly_settlement")
    assert (late.status_code, late.json()["code"]) == (409, "file_of_another_format"), late.text
    assert (await books.balance("psp_fees"), len(await listed(world, "files"))) == (-2_50, 1)


async def test_a_clearing_account_tells_since_when_money_waits(books: Books):
    world, started = books.world, books.world.clock.now()
    await books.deposit(100_00)
    (account,) = [one for one in await listed(world, "clearing-accounts") if one["provider"] == "adyen"]
    assert (account["balance_minor"], account["open_minor"], account["open_movements"]) == (-100_00, 100_00, 1)
    assert account["oldest_open_at"][:10] == f"{started:%Y-%m-%d}"


async def test_the_largest_differences_are_found_first(books: Books):
    lines = (adyen("Settled", uuid4(), amount, amount) for amount in ("7.00", "9.00", "-8.00", "8.00"))
    await books.bring(ADYEN_HEAD + "".join(lines))
    for order, first in (("desc", [9_00, 8_00]), ("asc", [-8_00, 7_00])):
        page = await listed(books.world, "breaks", currency="eq.EUR", order=f"difference_minor.{order}", limit="2")
        assert [one["difference_minor"] for one in page] == first


async def test_a_file_of_nobody_is_warned_of_and_taken_back_by_an_empty_one(books: Books):
    world = books.world
    for empty in (ADYEN_HEAD, ADYEN_HEAD + "\n"):
        wrong = await books.bring(ADYEN_HEAD + adyen("Settled", uuid4(), "7.00", "7.00"))
        assert (wrong["state"], wrong["warning"]) == ("done", "nothing_found")
        warned = await listed(world, "files", warning="eq.nothing_found", state="eq.done")
        assert [one["file_id"] for one in warned] == [str(wrong["id"])]
        assert len(await listed(world, "breaks")) == 1
        held = (await upload(world, empty, replaces=wrong["id"])).json()
        assert held["state"] == "held", held
        await decided(world, f"files/{held['file_id']}/replace")
        await books.work()
        assert await listed(world, "breaks") == []
        (after,) = [one for one in await listed(world, "files") if one["file_id"] == held["file_id"]]
        assert (after["state"], after["warning"]) == ("done", None)


async def test_a_file_of_which_one_line_is_known_is_not_warned_of(books: Books):
    known = adyen("Settled", await books.deposit(), "99.00", "99.00")
    file = await books.bring(ADYEN_HEAD + adyen("Settled", uuid4(), "7.00", "7.00") + known)
    assert (file["state"], file["warning"]) == ("done", None)


async def test_what_does_not_agree_is_one_list(books: Books):
    world, less = books.world, await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", less, "99.00", "99.00") + adyen("Settled", uuid4(), "7.00", "7.00"))
    breaks = await listed(world, "breaks")
    assert sorted((one["kind"], one["difference"], one["difference_minor"]) for one in breaks) == [
        ("mismatched", "amount", -1_00),
        ("missing_in_ledger", "unknown_reference", 7_00),
    ]


async def test_a_difference_is_booked_away_by_two(books: Books):
    world, less = books.world, await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", less, "99.00", "99.00"))
    (item,), (movement,) = await listed(world, "items", **SINCE), await listed(world, "expectations", **SINCE)
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]]}
    refused = await world.post("/reconciliation/matches", {**WHY, **both}, as_=world.staff())
    assert (refused.status_code, refused.json()["code"]) == (409, "difference_unbooked"), refused.text
    await decided(world, "matches", **both, booked_to="fees")
    assert (await books.balance(), await books.balance("psp_fees")) == (-99_00, -1_00)
    assert await listed(world, "breaks") == []
    again = await world.post("/reconciliation/matches", {**WHY, **both, "booked_to": "fees"}, as_=world.staff())
    assert (again.status_code, again.json()["code"]) == (409, "reconciled_already"), again.text


async def test_a_line_is_ignored_or_booked_and_only_the_second_moves_money(books: Books):
    world = books.world
    item = await one_item(books, adyen("ReserveAdjustment", "", "", "-5.00"))
    await decided(world, f"items/{item}/ignore")
    assert (await books.items())[0][1] == "ignored"
    assert await books.balance() == 0
    other = await one_item(books, adyen("ReserveAdjustment", "", "", "-5.00", batch="8"))
    (open_one,) = await listed(world, "items", state="eq.missing_in_ledger", **SINCE)
    assert open_one["item_id"] in {other, open_one["item_id"]}
    await decided(world, f"items/{open_one['item_id']}/book", booked_to="suspense")
    assert (await books.balance(), await books.balance("suspense", None)) == (5_00, -5_00)


async def test_a_file_is_handed_out_as_it_was_brought_and_that_is_recorded(books: Books):
    world, content = books.world, ADYEN_HEAD + adyen("Settled", await books.deposit(), "100.00", "97.50")
    file = (await upload(world, content)).json()
    path = f"{AT}/files/{file['file_id']}/content"
    shown = await world.client.get(path, headers=world.staff())
    assert (shown.status_code, shown.text) == (200, content)
    assert shown.headers["content-disposition"] == "attachment"
    told = await world.rows("SELECT envelope FROM outbox WHERE envelope LIKE '%payments.reconciliation.file%'")
    assert [str(file["sha256"]) in one["envelope"] for one in told] == [True]
    await books.desk.reconciling.files.remove(f"{world.casino}/{file['file_id']}")
    gone = await world.client.get(path, headers=world.staff())
    assert (gone.status_code, gone.json()["code"]) == (410, "settlement_file_gone"), gone.text


async def test_lines_are_ignored_together_or_not_at_all(books: Books):
    world = books.world
    lines = [adyen("ReserveAdjustment", "", "", f"-{minor}.00", psp=f"ADJ{minor}") for minor in (5, 6, 7)]
    await books.bring(ADYEN_HEAD + "".join(lines))
    found = await listed(world, "items", currency="eq.EUR", order="amount_minor.desc", **SINCE)
    ids = [int(one["item_id"]) for one in found]
    proposed = await world.post("/reconciliation/items/ignore", {**WHY, "item_ids": ids[:2]}, as_=world.staff())
    assert proposed.status_code == 202, proposed.text
    await decided(world, f"items/{ids[1]}/ignore")
    seen = {"payload_sha256": proposed.json()["payload_sha256"]}
    late = await world.client.post(f"{proposed.json()['href']}/approve", json=seen, headers=world.staff())
    assert (late.status_code, late.json()["code"]) == (409, "reconciled_already"), late.text
    assert {one[1] for one in await books.items()} == {"missing_in_ledger", "ignored"}
    await decided(world, "items/ignore", item_ids=[ids[0], ids[2]])
    assert {one[1] for one in await books.items()} == {"ignored"}
    assert await books.balance() == 0


async def test_lines_of_two_currencies_are_not_ignored_together(books: Books):
    world = books.world
    euros, others = (
        adyen("ReserveAdjustment", "", "", "-5.00"),
        adyen("ReserveAdjustment", "", "", "-5.00", batch="8", currency="SEK"),
    )
    await books.bring(ADYEN_HEAD + euros + others)
    ids = [int(one["item_id"]) for one in await listed(world, "items", **SINCE)]
    refused = await world.post("/reconciliation/items/ignore", {**WHY, "item_ids": ids}, as_=world.staff())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "item_ids"), refused.text


async def test_who_approves_sees_what_the_provider_calls_it(books: Books):
    world = books.world
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00", psp="8835511210681324"))
    (item,), (movement,) = await listed(world, "items", **SINCE), await listed(world, "expectations", **SINCE)
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]], "booked_to": "fees"}
    proposed = await world.post("/reconciliation/matches", {**WHY, **both}, as_=world.staff())
    shown = await world.client.get(proposed.json()["href"], headers=world.staff())
    after = shown.json()["after"]
    assert [one["reference"] for one in after["about"]] == ["8835511210681324"], after
    assert [(one["amount_minor"], one["currency"]) for one in after["held_against"]] == [(100_00, "EUR")]


async def test_a_movement_is_written_off_or_marked_as_received(books: Books):
    world = books.world
    await books.deposit(10_00)
    (first,) = await listed(world, "expectations", **SINCE)
    await decided(world, f"expectations/{first['expectation_id']}/write-off", booked_to="suspense")
    assert (await books.balance(), await books.balance("suspense", None)) == (0, -10_00)
    await books.deposit(20_00)
    (second,) = await listed(world, "expectations", state="eq.open", **SINCE)
    await decided(world, f"expectations/{second['expectation_id']}/receive")
    assert (await books.balance(), await books.balance("bank", None)) == (0, -20_00)


async def test_a_batch_is_marked_as_received_and_does_not_arrive_again(books: Books):
    world, deposit = books.world, await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50", batch="4711471147"))
    (batch,) = await listed(world, "batches")
    await decided(world, f"batches/{batch['batch_id']}/receive")
    assert (await books.balance(), await books.balance("bank", None)) == (0, -97_50)
    await books.bring(camt(("97.50", "ADYEN 4711471147")), "camt053")
    assert await books.balance() == 0


async def test_a_file_takes_the_place_of_another_and_what_that_did_is_undone(books: Books):
    world, deposit = books.world, await books.deposit()
    wrong = await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.10"))
    right = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50")
    held = (await upload(world, right, replaces=wrong["id"])).json()
    assert held["state"] == "held"
    await books.work()
    assert await books.balance("psp_fees") == -2_90
    await decided(world, f"files/{held['file_id']}/replace")
    await books.work()
    assert (await books.balance("psp_fees"), await books.balance()) == (-2_50, -97_50)
    assert [row[1] for row in await books.items()] == ["replaced", "matched"]
    assert await books.expectations() == [("deposit", 100_00, "matched")]


async def test_a_file_the_bank_has_settled_is_not_replaced(books: Books):
    world, deposit = books.world, await books.deposit()
    first = await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50", batch="4711471147"))
    await books.bring(camt(("97.50", "ADYEN 4711471147")), "camt053")
    held = (await upload(world, ADYEN_HEAD, replaces=first["id"])).json()
    answer = await world.post(f"/reconciliation/files/{held['file_id']}/replace", WHY, as_=world.staff())
    assert (answer.status_code, answer.json()["code"]) == (409, "file_already_settled"), answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [({"format": "excel"}, 422), ({"format": "x" * 65}, 422), ({"casino_id": "x"}, 422), ({"casino_id": uuid4()}, 404)],
    ids=["format", "long", "no casino", "another casino"],
)
async def test_a_file_for_nothing_is_refused(world: World, query: dict[str, Any], status: int):
    assert (await upload(world, ADYEN_HEAD, **query)).status_code == status


async def test_an_empty_file_and_a_form_are_refused(world: World):
    assert (await upload(world, b"")).status_code == 422
    form = await world.client.post(
        f"{AT}/files",
        params={"casino_id": str(world.casino), "format": "mt940"},
        json={"file": "x"},
        headers=world.staff(),
    )
    assert form.status_code == 415


async def test_a_banks_statement_is_refused_until_the_casinos_accounts_are_set(books: Books):
    world = books.world
    early = await upload(world, camt(("5.00", "x")), format="camt053")
    assert (early.status_code, early.json()["code"]) == (409, "bank_accounts_unset"), early.text
    assert "provider `bank`" in early.json()["detail"]
    await books.own(ACCOUNT)
    assert (await upload(world, camt(("5.00", "x")), format="camt053")).status_code == 202


@pytest.mark.parametrize(
    ("statement", "code", "says"),
    [
        (camt(("5000000.00", "x"), opening="100.00", closing="100.00", account="XX00SOMEBODYELSE"),
         "statement_unbalanced", "opens with 100.00 EUR, its entries add up to 5000000.00"),
        (camt(("5.00", "x"), account="XX00SOMEBODYELSE"), "statement_of_another_account", "…ELSE in EUR"),
        (camt(("5.00", "x"))[:-60], "file_unreadable", "not XML"),
    ],
    ids=["does not add up", "another account", "cut off"],
)  # fmt: skip
async def test_nothing_of_a_statement_is_believed_that_is_not_ours_or_not_whole(
    books: Books, statement: str, code: str, says: str
):
    world, deposit = books.world, await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "100.00", batch="4711471147"))
    before = await books.items()
    await books.bring(statement.replace(">x<", ">ADYEN 4711471147<"), "camt053")
    (shown, _) = await listed(world, "files")
    assert (shown["state"], shown["why_code"]) == ("failed", code), shown
    assert says in shown["why"]
    assert (await books.items(), await books.balance("bank")) == (before, 0)
    assert [one["state"] for one in await listed(world, "batches")] == ["open"]


async def test_things_of_another_casino_are_not_there(books: Books):
    world = books.world
    item = await one_item(books, adyen("Settled", uuid4(), "7.00", "7.00"))
    stranger = world.staff(casino=uuid4())
    for path in (f"items/{item}", f"expectations/{uuid4()}", f"batches/{uuid4()}", f"files/{uuid4()}"):
        assert (await world.client.get(f"{AT}/{path}", headers=stranger)).status_code == 404
    answer = await world.post(f"/reconciliation/items/{item}/ignore", WHY, as_=stranger)
    assert answer.status_code == 404


async def test_whoever_may_look_may_not_bring_or_decide(world: World):
    looks = world.staff(None, P.RECONCILIATION_LIST)
    assert (await upload(world, ADYEN_HEAD, as_=looks)).status_code == 403
    assert (await world.post("/reconciliation/items/1/ignore", WHY, as_=looks)).status_code == 403


async def test_a_file_brought_in_the_wrong_format_is_brought_again(books: Books):
    world = books.world
    content = ADYEN_HEAD + adyen("Settled", await books.deposit(), "100.00", "97.50")
    wrong = (await upload(world, content, format="trustly_settlement")).json()["file_id"]
    await books.work()
    shown = (await world.client.get(f"{AT}/files/{wrong}", headers=world.staff())).json()
    assert (shown["state"], shown["why"][:30]) == ("failed", "line 1: columns are missing: d")
    again = await upload(world, content)
    assert (again.status_code, again.json()["file_id"], again.json()["state"]) == (202, wrong, "waiting")
    await books.work()
    shown = (await world.client.get(f"{AT}/files/{wrong}", headers=world.staff())).json()
    assert (shown["state"], shown["provider"], shown["why"]) == ("done", "adyen", None)
