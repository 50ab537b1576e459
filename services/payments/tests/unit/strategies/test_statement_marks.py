"""What a bank's statement means by its marks and its dates, and how much of it is read at once."""

import io
from collections.abc import Iterator

import pytest

from payments.domain.reconciliation.rows import FileUnreadable
from payments.strategies.settlements.registry import SETTLEMENT_FORMATS

MT940 = """:20:STARTUMS
:25:MT84MALT011000012345MTLCAST001S
:28C:5/1
:60F:C260301EUR1000,00
:61:2603040304{mark}50,00NTRFNONREF//BANKREF1
:86:TX123XT
:62F:C260305EUR{closing},00
-
"""
CAMT = (
    "<Document><BkToCstmrStmt><Stmt><Ntry><Amt Ccy='EUR'>50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
    "<ValDt><DtTm>{date}</DtTm></ValDt>{more}</Ntry></Stmt></BkToCstmrStmt></Document>"
)


@pytest.mark.parametrize(
    ("mark", "amount"), [("C", 50_00), ("D", -50_00), ("RC", -50_00), ("RD", 50_00), ("d", -50_00), ("c", 50_00)]
)
def test_a_reversed_credit_is_money_that_went_and_a_reversed_debit_money_that_came(mark: str, amount: int):
    (row,) = SETTLEMENT_FORMATS["mt940"].rows(
        io.BytesIO(MT940.format(mark=mark, closing=1000 + amount // 100).encode())
    )
    assert row.amount_minor == amount


@pytest.mark.parametrize(
    "date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1989-12-31", "2101-01-01", "2026-02-30"]
)
def test_a_date_no_settlement_can_have_is_refused_with_its_line(date: str):
    content = CAMT.format(date=date, more="").encode()
    with pytest.raises(FileUnreadable, match="entry 1 ValDt"):
        list(SETTLEMENT_FORMATS["camt053"].rows(io.BytesIO(content)))


class Flood(io.RawIOBase):
    """A statement with 64 MiB inside, made while it is read; `taken` is how much of it was."""

    def __init__(self, head: str, piece: str, times: int) -> None:
        self._parts: Iterator[bytes] = (one.encode() for one in (head, *[piece] * times))
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = next(self._parts, b"")
        self.taken += len(piece)
        return piece


HEAD, _, _ = CAMT.format(date="2026-03-04", more="<AddtlNtryInf>").partition("</AddtlNtryInf>")
HEAD = HEAD[: HEAD.index("<AddtlNtryInf>")]


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (f"{HEAD}<AddtlNtryInf>", "x" * 65_536),
        ("<Document><a b='", "x" * 65_536),
        (HEAD, f"<AddtlNtryInf>{'x' * 65_000}</AddtlNtryInf>"),
    ],
    ids=["text", "attribute", "entry"],
)
def test_an_element_or_an_entry_without_end_is_refused_before_it_fills_memory(head: str, piece: str):
    file = Flood(head, piece, 1_024)
    with pytest.raises(FileUnreadable, match="longer than"):
        list(SETTLEMENT_FORMATS["camt053"].rows(file))  # type: ignore[arg-type]
    assert file.taken < 2_000_000
