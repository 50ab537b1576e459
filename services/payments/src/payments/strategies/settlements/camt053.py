"""Bank statements by ISO 20022: camt.053, any of its versions (https://www.iso20022.org, BankToCustomerStatement).

Read as a stream with defusedxml: entries that were read are dropped, DTDs and entities are refused. One row per entry
(`Ntry`): what the bank booked as one sum is one settlement, or several of them together.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import LONGEST_TEXT, currency_of, moment, money, word

_DEEPEST: Final = 40
_MOST_OF_ENTRY: Final = 5_000
"""Elements of one entry: a bank that details a larger sum does so in another message (camt.054)."""
_LARGEST: Final = 1024 * 1024
"""Bytes of one element, or of one entry; the reader looks ahead by 64 KiB or so."""
_REFERENCES: Final = frozenset(
    ("EndToEndId", "InstrId", "TxId", "MsgId", "PmtInfId", "AcctSvcrRef", "Ustrd", "Ref", "NtryRef", "AddtlNtryInf",
     "AddtlTxInf")
)  # fmt: skip


class Camt053:
    """Implements `SettlementFormat`."""

    name = "camt053"
    provider: str | None = None

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port. Only entries the bank has booked count."""
        try:
            yield from _rows(file)
        except DefusedXmlException:
            raise FileUnreadable("document types and entities are not accepted") from None
        except ParseError as error:
            raise FileUnreadable(f"not XML: {error}"[:200]) from None
        except (UnicodeDecodeError, LookupError, ValueError) as error:
            if isinstance(error, FileUnreadable):
                raise
            raise FileUnreadable("not text of the encoding it names") from None


def _rows(file: BinaryIO) -> Iterator[SettlementRow]:
    path: list[Element] = []
    number, inside, is_statement = 0, 0, False
    counted = _Counted(file)
    for happened, element in iterparse(counted, events=("start", "end"), forbid_dtd=True):
        if not inside:
            counted.since = 0
        if happened == "start":
            path.append(element)
            name = _name(element)
            is_statement = is_statement or name == "BkToCstmrStmt"
            inside = inside + 1 if inside or name == "Ntry" else 0
            if len(path) > _DEEPEST or inside > _MOST_OF_ENTRY:
                raise FileUnreadable("deeper, or an entry larger, than statements are")
            continue
        path.pop()
        if _name(element) == "Ntry" and path and _name(path[-1]) == "Stmt":
            inside, number = 0, number + 1
            row = _entry(element, number)
            if row is not None:
                yield row
        if path and not inside:
            path[-1].remove(element)  # What was read is dropped, so that memory does not grow with the file.
    if not is_statement:
        raise FileUnreadable("not a camt.053 message")


class _Counted:
    """A file that refuses to be read on where nothing of it was dropped for too long: it is in memory until then."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.since = file, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.since += len(piece)
        if self.since > _LARGEST:
            raise FileUnreadable(f"an element or an entry is longer than {_LARGEST} bytes")
        return piece


def _entry(entry: Element, number: int) -> SettlementRow | None:
    amount = _child(entry, "Amt")
    if amount is None:
        raise FileUnreadable("entry without an amount", number)
    status = _child(entry, "Sts")
    booked = _text(status) or (_text(_child(status, "Cd")) if status is not None else "")
    if booked != "BOOK":
        return None
    currency = currency_of(amount.get("Ccy", ""), number)
    minor = money(_text(amount), currency, number)
    indicator = _text(_child(entry, "CdtDbtInd"))
    if minor < 0 or indicator not in {"CRDT", "DBIT"}:
        raise FileUnreadable("neither credit nor debit", number)
    signed = minor if indicator == "CRDT" else -minor
    own = _text(_child(entry, "AcctSvcrRef")) or _text(_child(entry, "NtryRef"))
    said = " ".join(text for one in entry.iter() if _name(one) in _REFERENCES and (text := _text(one)))
    return SettlementRow(
        line=number,
        movement=Movement.SETTLEMENT,
        our_reference=None,
        provider_reference=word(own),
        batch=None,
        text=said[:LONGEST_TEXT] or None,
        amount_minor=signed,
        fee_minor=0,
        currency=currency,
        booked_at=_date(entry, number),
        final=True,
        code=indicator,
    )


def _date(entry: Element, number: int) -> datetime:
    for name in ("ValDt", "BookgDt"):
        day = _child(entry, name)
        if day is not None:
            return moment(_text(_child(day, "Dt")) or _text(_child(day, "DtTm")), number).astimezone(UTC)
    raise FileUnreadable("entry without a date", number)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    return next((one for one in element if _name(one) == name), None)


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
