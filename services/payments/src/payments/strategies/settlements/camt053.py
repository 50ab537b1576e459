"""Bank statements by ISO 20022: camt.053, any of its versions (https://www.iso20022.org, BankToCustomerStatement).

Read as a stream with defusedxml: entries that were read are dropped, DTDs and entities are refused. One row per entry
(`Ntry`): what the bank booked as one sum is one settlement, or several of them together. A statement (`Stmt`) opens
with the balance `OPBD`, or `PRCD`, and closes with `CLBD`; pages of one, with `ITBD` where the statement goes on.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from payments.domain.reconciliation.rows import FileUnreadable, Place, SettlementRow
from payments.domain.reconciliation.statements import Balance, BankStatement, StatementUnbalanced
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import (
    LONGEST_TEXT,
    account_of,
    balance_minor,
    balanced,
    currency_of,
    moment,
    money,
    word,
)

_DEEPEST: Final = 40
_MOST_OF_ENTRY: Final = 5_000
"""Elements of one entry: a bank that details a larger sum does so in another message (camt.054)."""
_LARGEST: Final = 1024 * 1024
"""Bytes of one element, or of one entry; the reader looks ahead by 64 KiB or so."""
_REFERENCES: Final = frozenset(
    ("EndToEndId", "InstrId", "TxId", "MsgId", "PmtInfId", "AcctSvcrRef", "Ustrd", "Ref", "NtryRef", "AddtlNtryInf",
     "AddtlTxInf")
)  # fmt: skip


_KEPT: Final = frozenset(("Ntry", "Acct", "Bal"))
"""Parts of a statement that are read once they are whole."""
_NUMBERS: Final = ("ElctrncSeqNb", "LglSeqNb")


class Camt053:
    """Implements `StatementFormat`."""

    name = "camt053"
    provider: str | None = None

    def rows(self, file: BinaryIO) -> Iterator[SettlementRow]:
        """See the port. Only entries the bank has booked count."""
        return (one for one in _read(file) if isinstance(one, SettlementRow))

    def statements(self, file: BinaryIO) -> Iterator[BankStatement]:
        """See the port."""
        return (one for one in _read(file) if isinstance(one, BankStatement))


def _read(file: BinaryIO) -> Iterator[SettlementRow | BankStatement]:
    """Every entry, and every statement behind its last one."""
    try:
        yield from _parts(file)
    except DefusedXmlException:
        raise FileUnreadable("document types and entities are not accepted") from None
    except ParseError as error:
        raise FileUnreadable("not XML", error.position[0]) from None
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        if isinstance(error, FileUnreadable):
            raise
        raise FileUnreadable("not text of the encoding it names") from None


def _parts(file: BinaryIO) -> Iterator[SettlementRow | BankStatement]:
    path: list[Element] = []
    number, inside, is_statement = 0, 0, False
    stated = _Stated(1)
    counted = _Counted(file)
    for happened, element in iterparse(counted, events=("start", "end"), forbid_dtd=True):
        if not inside:
            counted.since = 0
        name, of_statement = _name(element), len(path) > 1 and _name(path[-2 if happened == "end" else -1]) == "Stmt"
        if happened == "start":
            path.append(element)
            is_statement = is_statement or name == "BkToCstmrStmt"
            inside = inside + 1 if inside or (of_statement and name in _KEPT) else 0
            if len(path) > _DEEPEST or inside > _MOST_OF_ENTRY:
                raise FileUnreadable("deeper, or an entry larger, than statements are")
            continue
        path.pop()
        if of_statement:
            inside, number = 0 if name in _KEPT else inside, number + (name == "Ntry")
            row = stated.take(name, element, number)
            if row is not None:
                yield row
        elif name == "Stmt":
            yield stated.whole()
            stated = _Stated(stated.place + 1)
        if path and not inside:
            path[-1].remove(element)  # What was read is dropped, so that memory does not grow with the file.
    if not is_statement:
        raise FileUnreadable("not a camt.053 message")


class _Stated:
    """What a statement has said so far."""

    def __init__(self, place: int) -> None:
        self.place = place
        self._account, self._name, self._numbers = "", "", dict[str, str]()
        self._balances: list[tuple[str, Balance]] = []
        self._minor, self._currencies = 0, set[str]()

    def take(self, name: str, element: Element, number: int) -> SettlementRow | None:
        """One of its parts; the row where that is an entry the bank has booked."""
        if name == "Acct":
            own = _child(element, "Id")
            account = _text(_child(own, "IBAN")) or _text(_child(_child(own, "Othr"), "Id"))
            self._account = account_of(account, Place(self.place, "Acct", "statement")) if account else ""
        elif name == "Bal":
            self._balances.append(_balance(element, Place(self.place, "Bal", "statement")))
        elif name in _NUMBERS:
            self._numbers[name] = _text(element)
        elif name == "Id":
            self._name = _text(element)
        elif name == "Ntry" and (row := _entry(element, number)) is not None:
            self._minor += row.amount_minor
            self._currencies.add(row.currency)
            return row
        return None

    def whole(self) -> BankStatement:
        """The statement, once its end was read."""
        opening, closing = self._one("OPBD") or self._one("PRCD"), self._one("CLBD")
        pages = [balance for kind, balance in self._balances if kind == "ITBD"]
        opening = opening or (pages.pop(0) if pages else None)
        closing = closing or (pages.pop() if pages else None)
        if not self._account or opening is None or closing is None:
            raise FileUnreadable(f"statement {self.place} is without an account, an opening or a closing balance")
        if self._currencies - {opening.currency}:
            raise StatementUnbalanced(f"statement {self.place} in {opening.currency} has entries in another currency")
        number = next((one for name in _NUMBERS if (one := self._numbers.get(name, "")).isdecimal()), None)
        return balanced(
            BankStatement(
                place=self.place,
                account=self._account,
                name=word(self._name),
                number=int(number[:18]) if number else None,
                opening=opening,
                closing=closing,
            ),
            self._minor,
        )

    def _one(self, kind: str) -> Balance | None:
        found = [balance for one, balance in self._balances if one == kind]
        if len(found) > 1:
            raise FileUnreadable(f"statement {self.place} has several balances {kind}")
        return found[0] if found else None


def _balance(element: Element, at: Place) -> tuple[str, Balance]:
    amount, day = _child(element, "Amt"), _child(element, "Dt")
    kind = _text(_child(_child(_child(element, "Tp"), "CdOrPrtry"), "Cd"))
    if amount is None or day is None:
        raise FileUnreadable("a balance without an amount or a date", at)
    currency = currency_of(amount.get("Ccy", ""), at)
    minor = balance_minor(_text(amount), currency, at)
    indicator = _text(_child(element, "CdtDbtInd"))
    if minor < 0 or indicator not in {"CRDT", "DBIT"}:
        raise FileUnreadable("a balance that is neither credit nor debit", at)
    on = moment(_text(_child(day, "Dt")) or _text(_child(day, "DtTm")), at).date()
    return kind, Balance(minor if indicator == "CRDT" else -minor, currency, on)


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
    amount, at = _child(entry, "Amt"), Place(number, "Amt", "entry")
    if amount is None:
        raise FileUnreadable("no amount", at)
    status = _child(entry, "Sts")
    booked = _text(status) or (_text(_child(status, "Cd")) if status is not None else "")
    if booked != "BOOK":
        return None
    currency = currency_of(amount.get("Ccy", ""), at)
    minor = money(_text(amount), currency, at)
    if minor < 0:
        raise FileUnreadable("an amount below zero", at)
    indicator = _text(_child(entry, "CdtDbtInd"))
    if indicator not in {"CRDT", "DBIT"}:
        raise FileUnreadable("neither CRDT nor DBIT", Place(number, "CdtDbtInd", "entry"))
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
        day, at = _child(entry, name), Place(number, name, "entry")
        if day is not None:
            return moment(_text(_child(day, "Dt")) or _text(_child(day, "DtTm")), at).astimezone(UTC)
    raise FileUnreadable("no date", Place(number, unit="entry"))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    return next((one for one in element if _name(one) == name), None)


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
