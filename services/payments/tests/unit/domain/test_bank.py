"""Which lines of a bank are the arrival of which batches."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from payments.domain.reconciliation.bank import BankLine, OpenBatch, Paired, pair, sought
from payments.domain.reconciliation.naming import Naming

DAY = datetime(2026, 11, 20, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


def batch(id_: UUID, minor: int, *names: str, provider: str = "adyen", currency: str = "EUR") -> OpenBatch:
    return OpenBatch(id_, provider, currency, minor, names, DAY)


def line(
    id_: int, minor: int, said: str = "", *, currency: str = "EUR", days: int = 0, again: bool = False
) -> BankLine:
    return BankLine(id_, minor, currency, said, DAY + timedelta(days=days), again)


def found(paired: Paired) -> list[tuple[list[int], list[UUID], int]]:
    return [
        ([one.id for one in pairing.lines], [one.id for one in pairing.batches], pairing.difference_minor)
        for pairing in paired.pairings
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TX7XT batch 7", "TX7XT batch 7 CasinoMT"),
        ("TX7XT batch 7", "PAYOUT/TX7XT BATCH 7/CASINOMT"),
        ("TX7XT batch 7", "REF TX7XT-BATCH-7."),
        ("po_1NVxa8", "STRIPE PO 1NVXA8 NOTPROVIDED"),
        ("471147", "Adyen N.V. INV/2026-471147"),
        ("471147", "471147"),
        ("3F-2026/001", "Trustly 3F 2026 001 settlement"),
    ],
)
def test_a_name_is_found_however_a_bank_writes_it(name: str, said: str) -> None:
    assert Naming([(A, name)]).of(said).whole == {A}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TX7XT batch 7", "CASINO MT SETTLEMENT OF NOVEMBER TX7XT BAT\nCH 7 MERCHANT"),
        ("TX7XT batch 7", "TX7XTBATCH7"),
        ("4711471147", "ADYEN 47114 71147"),
        ("4711471147", "ADYEN 4711\n471147 NV"),
    ],
)
def test_a_name_that_is_broken_or_joined_is_found_where_runs_begin_and_end(name: str, said: str) -> None:
    named = Naming([(A, name)]).of(said)
    assert not named.whole
    assert named.broken == {A}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("471147", "ADYEN 4711471"),
        ("471147", "Rent, invoice 2026-0471147"),
        ("471147", "X471147"),
        ("471147", "471147th"),
        ("TX7XT batch 7", "TX7XT batch 71"),
        ("TX7XT batch 7", "ATX7XT batch 7"),
        ("batch", "batch"),
        ("1/2-3", "1/2-3"),
    ],
)
def test_a_part_of_a_longer_run_and_a_short_name_are_no_names(name: str, said: str) -> None:
    assert not any(Naming([(A, name)]).of(said))


def test_of_names_that_share_a_place_the_longest_stands_there() -> None:
    naming = Naming([(A, "471147"), (B, "471147-2026"), (C, "2026 SET")])
    assert naming.of("ADYEN 471147/2026 SET").whole == {B}
    assert naming.of("ADYEN 471147/2026 AND 471147").whole == {A, B}


def test_names_of_two_batches_whose_one_is_in_the_others_are_each_paid_exactly() -> None:
    batches = [batch(A, 699_00, "471147"), batch(B, 499_00, "4711471")]
    lines = [line(1, 699_00, "ADYEN 471147"), line(2, 499_00, "ADYEN 4711471")]
    assert found(pair(lines, batches, 5)) == [([1], [A], 0), ([2], [B], 0)]


@pytest.mark.parametrize("said", ["Rent, invoice 2026-0471147", "Rent, invoice 2026-471147"])
def test_an_invoice_that_names_a_batch_by_chance_does_not_swallow_it(said: str) -> None:
    batches = [batch(A, 699_00, "471147")]
    paired = pair([line(1, -12_00, said), line(2, 699_00, "ADYEN 471147")], batches, 5)
    assert (found(paired), paired.alone) == ([([2], [A], 0)], [1])
    paired = pair([line(1, -12_00, said)], batches, 5)
    assert (found(paired), paired.alone) == ([], [1])


def test_of_batches_of_one_name_that_is_paid_whose_amount_fits() -> None:
    batches = [batch(A, 699_00, "471147"), batch(B, 499_00, "471147", provider="trustly")]
    paired = pair([line(1, 499_00, "471147"), line(2, 700_00, "471147")], batches, 5)
    assert found(paired) == [([1], [B], 0), ([2], [A], 1_00)]


def test_one_line_for_several_and_several_lines_for_one_are_sums() -> None:
    batches = [batch(A, 100_00, "AAAAAA"), batch(B, 50_00, "BBBBBB"), batch(C, 70_00, "CCCCCC")]
    lines = [line(1, 150_00, "AAAAAA, BBBBBB"), line(2, 30_00, "CCCCCC 1/2"), line(3, 40_00, "CCCCCC 2/2")]
    assert found(pair(lines, batches, 5)) == [([1], [A, B], 0), ([2, 3], [C], 0)]


def test_the_second_payment_of_one_batch_belongs_to_nothing() -> None:
    paired = pair([line(1, 100_00, "AAAAAA"), line(2, 100_00, "AAAAAA")], [batch(A, 100_00, "AAAAAA")], 5)
    assert (found(paired), paired.alone) == ([([1], [A], 0)], [2])


def test_a_broken_name_counts_where_the_amount_fits_and_is_not_taken_for_another() -> None:
    batches = [batch(A, 699_00, "4711471147"), batch(B, 50_00, "BBBBBB")]
    lines = [line(1, 699_00, "ADYEN 47114\n71147"), line(2, 50_00, "ADYEN 47114 71147")]
    paired = pair(lines, batches, 5)
    assert (found(paired), paired.alone) == ([([1], [A], 0)], [2])


def test_a_broken_name_comes_before_a_whole_one_that_does_not_fit() -> None:
    batches = [batch(A, 699_00, "4711471147"), batch(B, 50_00, "471147")]
    assert found(pair([line(1, 699_00, "ADYEN 4711\n471147")], batches, 5)) == [([1], [A], 0)]


def test_a_name_in_another_currency_pairs_nothing_and_is_not_taken_for_another() -> None:
    batches = [batch(A, 100_00, "AAAAAA", currency="USD"), batch(B, 100_00)]
    paired = pair([line(1, 100_00, "AAAAAA")], batches, 5)
    assert (found(paired), paired.alone) == ([], [1])


def test_a_batch_in_two_statements_is_their_sum() -> None:
    batches = [batch(A, 100_00, "AAAAAA")]
    paired = pair([line(2, 40_00, "AAAAAA")], batches, 5, (), [line(1, 60_00, "AAAAAA", again=True)])
    assert (found(paired), paired.alone) == ([([2, 1], [A], 0)], [])


def test_a_line_of_before_whose_batch_another_explains_belongs_to_nothing() -> None:
    batches = [batch(A, 100_00, "AAAAAA")]
    beside = [line(1, 60_00, "AAAAAA", again=True), line(3, 7_00, "AAAAAA")]
    paired = pair([line(2, 100_00, "AAAAAA")], batches, 5, (), beside)
    assert (found(paired), paired.alone) == ([([2], [A], 0)], [1])


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        (line(2, 100_00), False),
        (line(2, 100_00, days=9), True),
        (line(2, 100_00, "BBBBBB"), True),
        (line(2, 90_00), True),
    ],
    ids=["another of the amount", "too far", "of a batch of its own", "another amount"],
)
def test_by_amount_another_line_elsewhere_that_may_be_it_is_a_rival(other: BankLine, fits: bool) -> None:
    batches = [batch(A, 100_00, "AAAAAA"), batch(B, 100_00 if other.said else 1_00, "BBBBBB")]
    paired = pair([line(1, 100_00, "PSP")], batches, 5, (), [other])
    assert ([1] in [one[0] for one in found(paired)]) is fits


def test_a_sum_that_two_lines_may_be_is_neither() -> None:
    batches = [batch(A, 100_00), batch(B, 50_00)]
    assert found(pair([line(1, 150_00)], batches, 5)) == [([1], [A, B], 0)]
    assert found(pair([line(1, 150_00), line(2, 150_00)], batches, 5)) == []


def test_what_is_sought_elsewhere_names_the_same_or_is_of_the_same_amount() -> None:
    batches = [batch(A, 100_00, "AAA-AAA", "7"), batch(B, 50_00, "BBBBBB"), batch(C, 70_00, "CCCCCC")]
    looked_for = sought([line(1, 1_00, "of aaa aaa"), line(2, 50_00, "PSP"), line(3, 3_00, "rent")], batches, 5)
    assert [one.id for one in looked_for.batches] == [A, B]
    others = [
        line(4, 9_00, "AAA/AAA"),
        line(5, 9_00, "BBB\nBBB"),
        line(6, 50_00),
        line(7, 9_00, "CCCCCC"),
        line(8, 1_00),
    ]
    assert [one.id for one in others if looked_for.concerns(one)] == [4, 5, 6]
    assert [one.id for one in others if looked_for.by_amount(one)] == [6]
    assert not sought([line(3, 3_00, "rent")], batches, 5)


@pytest.mark.parametrize(
    ("owed", "first", "then"),
    [
        ([batch(A, 100_00, "AAAAAA"), batch(B, 30_00), batch(C, 20_00)], line(1, 100_00, "AAAAAA"), 50_00),
        ([batch(A, 30_00), batch(B, 20_00), batch(C, 25_00)], line(1, 30_00, "PSP"), 45_00),
    ],
    ids=["its name", "its amount"],
)
def test_what_fits_only_once_another_is_settled_is_looked_at_again_and_asked_about_first(
    owed: list[OpenBatch], first: BankLine, then: int
) -> None:
    lines = [first, line(2, then, "of SETTLED-99")]
    assert not sought(lines, owed, 5).by_amount(lines[1])
    paired = pair(lines, owed, 5)
    assert (found(paired), paired.alone, paired.later) == ([([1], [A], 0)], [], [2])
    assert sought(lines[1:], owed[1:], 5).by_amount(lines[1])
    assert pair(lines[1:], owed[1:], 5, {2}) == ([], [2], [])
    assert found(pair(lines[1:], owed[1:], 5)) == [([2], [B, C], 0)]


def test_what_fits_only_beside_a_batch_that_differs_belongs_to_nothing() -> None:
    batches = [batch(A, 100_00, "AAAAAA"), batch(B, 30_00), batch(C, 20_00)]
    paired = pair([line(1, 99_00, "AAAAAA"), line(2, 50_00)], batches, 5)
    assert (found(paired), paired.alone, paired.later) == ([([1], [A], -1_00)], [2], [])
