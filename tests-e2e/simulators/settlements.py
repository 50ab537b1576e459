"""What Adyen, Stripe and Trustly write about what they carried out, and what the bank says has arrived of it.

`POST /settlements/{provider}/{casino}` closes a settlement: everything carried out since the last one, less fees, is
paid to the casino's bank. Its file is told in the provider's own format, with what is wrong in it by wish. `GET` tells
the last one again, exported anew: the same lines in other bytes. `GET /settlements/bank/{casino}` is the number of the
casino's account at the bank, and `POST` its statement of what it has not told of, by wish with what it keeps:
`{"charges_minor": 1200, "currency": "EUR"}`. Statements follow on each other: one opens with what the last closed with.
"""

import csv
import hashlib
import io
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

FAULTS = ("wrong_amount", "missing_there", "missing_here")
WRONG_BY_MINOR = 1_00
UNHEARD_OF_MINOR = 7_77
OPENED_WITH_MINOR = 25_000_00
"""What the casino has at the bank in each currency before the first statement."""
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


class Moved(NamedTuple):
    """A payment, or what became of it later.

    Attributes:
        kind: the provider's word for it in its file.
        payment: how the provider names it.
        reference: how the operator does.
        amount_minor: signed as it changes what the provider holds for the operator.
        fee_minor: what it keeps for it.
    """

    kind: str
    payment: str
    reference: str
    amount_minor: int
    fee_minor: int
    currency: str
    at: datetime


@dataclass
class Book:
    """What a provider carried out for one casino. `open` is in no settlement yet."""

    open: list[Moved] = field(default_factory=list)
    settlements: list["Settlement"] = field(default_factory=list)

    def note(self, kind: str, payment: str, reference: str, amount_minor: int, fee_minor: int, currency: str) -> None:
        """It was carried out now."""
        at = datetime.now(UTC).replace(microsecond=0)
        self.open.append(Moved(kind, payment, reference, amount_minor, fee_minor, currency.upper(), at))


@dataclass(frozen=True)
class Settlement:
    """What is paid out together, in one currency. `said` is how the bank's statement will call it."""

    number: int
    said: str
    currency: str
    moved: Sequence[Moved]
    cost_minor: int
    closed_at: datetime

    @property
    def arrives_minor(self) -> int:
        """At the bank."""
        return sum(one.amount_minor - one.fee_minor for one in self.moved) - self.cost_minor


@dataclass
class Banked:
    """A casino's account at the bank: what is on it by currency, and how many statements there were."""

    account: str
    balances: dict[str, int] = field(default_factory=dict)
    statements: int = 0


Writer = Callable[[str, Settlement], list[dict[str, str]]]


@dataclass(frozen=True)
class House:
    """How a provider settles."""

    books: Callable[[str], Book]
    write: Writer
    mark: str
    payment_kind: str
    cost_minor: int = 0


class Settlements:
    """The back offices of the providers, and the bank. `books` finds what a provider carried out for a casino."""

    def __init__(
        self, adyen: Callable[[str], Book], stripe: Callable[[str], Book], trustly: Callable[[str], Book]
    ) -> None:
        self._houses = {
            "adyen": House(adyen, adyen_lines, "TX", "Settled", cost_minor=1_20),
            "stripe": House(stripe, stripe_lines, "STR", "charge"),
            "trustly": House(trustly, trustly_lines, "TRU", "AccountPayout"),
        }
        self._arrived: dict[str, list[Settlement]] = {}
        self._banked: dict[str, Banked] = {}

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/settlements/bank/{casino}", self.state),
            web.get("/settlements/bank/{casino}", self.account),
            web.post("/settlements/{provider}/{casino}", self.close),
            web.get("/settlements/{provider}/{casino}", self.again),
        ]

    async def close(self, request: web.Request) -> web.Response:
        """Settle: `{"faults": ["wrong_amount", ...]}`."""
        house, casino = self._houses[request.match_info["provider"]], request.match_info["casino"]
        faults = (await request.json()).get("faults", [])
        book = house.books(casino)
        payments = any(one.kind == house.payment_kind for one in book.open)
        if not book.open or not set(faults) <= set(FAULTS) or (faults and not payments):
            return web.json_response({"error": "nothing to settle, no such fault, or none to be wrong"}, status=422)
        currency = book.open[0].currency
        moved = [one for one in book.open if one.currency == currency]
        book.open = [one for one in book.open if one.currency != currency]
        settlement = Settlement(
            number=len(book.settlements) + 1,
            said=f"{house.mark}{secrets.token_hex(6).upper()}XT",
            currency=currency,
            moved=with_faults(moved, faults, house.payment_kind),
            cost_minor=house.cost_minor,
            closed_at=datetime.now(UTC).replace(microsecond=0),
        )
        book.settlements.append(settlement)
        self._arrived.setdefault(casino, []).append(settlement)
        return _told(settlement, house.write(casino, settlement))

    async def again(self, request: web.Request) -> web.Response:
        """The last settlement, its lines the other way round."""
        house, casino = self._houses[request.match_info["provider"]], request.match_info["casino"]
        settlement = house.books(casino).settlements[-1]
        return _told(settlement, house.write(casino, settlement)[::-1])

    async def account(self, request: web.Request) -> web.Response:
        """The number of the casino's account, by which statements name it."""
        return web.json_response({"account": self._bank(request).account})

    async def state(self, request: web.Request) -> web.Response:
        """The bank's statement of what has arrived since the last one."""
        wish = await request.json() if request.can_read_body else {}
        arrived = self._arrived.pop(request.match_info["casino"], [])
        return web.json_response({"statement": statement(self._bank(request), arrived, wish)})

    def _bank(self, request: web.Request) -> "Banked":
        casino = request.match_info["casino"]
        return self._banked.setdefault(casino, Banked(account_of(casino)))


def with_faults(moved: Sequence[Moved], faults: Sequence[str], payment_kind: str) -> list[Moved]:
    """What the provider believes it carried out: its own sums add up, they are only not the operator's.

    Of the payments the last is told with another amount, the first is not told at all, and one is told of nobody's.
    """
    payments = [one for one in moved if one.kind == payment_kind]
    told = list(moved)
    if "wrong_amount" in faults:
        last = payments[-1]
        told[told.index(last)] = last._replace(amount_minor=last.amount_minor - WRONG_BY_MINOR)
    if "missing_there" in faults:
        told.remove(payments[0])
    if "missing_here" in faults:
        stranger, first = secrets.token_hex(8).upper(), payments[0]
        fee_minor = first.fee_minor * UNHEARD_OF_MINOR // abs(first.amount_minor)
        unheard = first._replace(payment=stranger, reference=stranger)
        told.append(unheard._replace(amount_minor=UNHEARD_OF_MINOR, fee_minor=fee_minor))
    return told


def adyen_lines(merchant: str, settlement: Settlement) -> list[dict[str, str]]:
    """The Settlement details report of one batch, closed by its costs and its payout."""
    currency, batch = settlement.currency, str(settlement.number)
    always = {
        "Company Account": "Tests",
        "Merchant Account": merchant,
        "Payment Method": "visa",
        "TimeZone": "UTC",
        "Gross Currency": currency,
        "Exchange Rate": "1",
        "Net Currency": currency,
        "Batch Number": batch,
    }
    lines = [
        {
            **always,
            "Psp Reference": one.payment,
            "Merchant Reference": one.reference,
            "Creation Date": f"{one.at:%Y-%m-%d %H:%M:%S}",
            "Type": one.kind,
            **_sides("Gross", "GC", one.amount_minor),
            **_sides("Net", "NC", one.amount_minor - one.fee_minor),
            "Markup (NC)": major(one.fee_minor),
        }
        for one in settlement.moved
    ]
    closed = {**always, "Creation Date": f"{settlement.closed_at:%Y-%m-%d %H:%M:%S}"}
    costs = {"Type": "Fee", "Modification Reference": "Transaction Fees", **_sides("Net", "NC", -settlement.cost_minor)}
    said = f"{settlement.said} batch {batch}, {merchant}"
    payout = {"Type": "MerchantPayout", "Modification Reference": said}
    return [*lines, {**closed, **costs}, {**closed, **payout, **_sides("Net", "NC", -settlement.arrives_minor)}]


def stripe_lines(account: str, settlement: Settlement) -> list[dict[str, str]]:
    """The itemized payout reconciliation report, with the metadata of payments."""
    payout = f"po_{settlement.said.lower()}"
    return [
        {
            "automatic_payout_id": payout,
            "automatic_payout_effective_at_utc": f"{settlement.closed_at:%Y-%m-%d %H:%M:%S}",
            "balance_transaction_id": f"txn_{place}_{one.payment.removeprefix('pi_')}",
            "created_utc": f"{one.at:%Y-%m-%d %H:%M:%S}",
            "currency": one.currency.lower(),
            "gross": major(one.amount_minor),
            "fee": major(one.fee_minor),
            "net": major(one.amount_minor - one.fee_minor),
            "reporting_category": one.kind,
            "description": f"account {account}",
            "payment_intent_id": one.payment,
            "payment_metadata[order_id]": one.reference,
            "trace_id": settlement.said,
        }
        for place, one in enumerate(settlement.moved)
    ]


def trustly_lines(username: str, settlement: Settlement) -> list[dict[str, str]]:
    """ViewAutomaticSettlementDetailsCSV of one settlement; what was paid out for the casino, it pays back."""
    return [
        {
            "datestamp": f"{one.at:%Y-%m-%d %H:%M:%S}+00",
            "accountname": f"SUSPENSE_CLIENT_FUNDS_{username}",
            "currency": one.currency,
            "amount": major(one.amount_minor),
            "fxpaymentamount": "",
            "fxpaymentcurrency": "",
            "total": major(one.amount_minor),
            "orderid": one.payment,
            "ordertype": one.kind,
            "messageid": one.reference,
            "username": username,
            "settlementbankwithdrawalid": settlement.said,
            "externalreference": "",
        }
        for one in settlement.moved
    ]


def account_of(casino: str) -> str:
    """A Maltese IBAN of the casino's own; of the same casino always the same.

    >>> account_of("tests")
    'MT65SIMB0110059830EBC3A41841105'
    """
    own = hashlib.sha256(casino.encode()).hexdigest()[:18].upper()
    turned = f"SIMB01100{own}MT00"
    check = 98 - int("".join(str(int(one, 36)) for one in turned)) % 97
    return f"MT{check:02}SIMB01100{own}"


def statement(bank: Banked, arrived: Sequence[Settlement], wish: dict[str, Any]) -> str:
    """A camt.053 message: an entry for each payout, named as the provider said it would be, and one for charges; one
    statement for each currency.
    """
    entries = [(one.arrives_minor, one.currency, f"{one.said} payout {one.number}") for one in arrived]
    if "charges_minor" in wish:
        entries.append((-int(wish["charges_minor"]), str(wish["currency"]), "Account charges"))
    document = Element("Document", xmlns=CAMT)
    message = SubElement(document, "BkToCstmrStmt")
    _put(message, "GrpHdr/MsgId", secrets.token_hex(8))
    for currency in dict.fromkeys(one for _, one, _ in entries):
        _state(message, bank, currency, [(minor, text) for minor, one, text in entries if one == currency])
    return tostring(document, encoding="unicode", xml_declaration=True)


def _state(message: Element, bank: Banked, currency: str, entries: Sequence[tuple[int, str]]) -> None:
    """One statement, from what the last one closed with to what is there now."""
    now = datetime.now(UTC)
    bank.statements += 1
    opening = bank.balances.get(currency, OPENED_WITH_MINOR)
    closing = bank.balances[currency] = opening + sum(minor for minor, _ in entries)
    stated = SubElement(message, "Stmt")
    _put(stated, "Id", f"{now:%Y%m%d}-{bank.statements}")
    _put(stated, "ElctrncSeqNb", str(bank.statements))
    _put(stated, "Acct/Id/IBAN", bank.account)
    for kind, minor in (("OPBD", opening), ("CLBD", closing)):
        balance = SubElement(stated, "Bal")
        _put(balance, "Tp/CdOrPrtry/Cd", kind)
        _sided(balance, minor, currency)
        _put(balance, "Dt/Dt", f"{now:%Y-%m-%d}")
    for minor, text in entries:
        entry = SubElement(stated, "Ntry")
        _sided(entry, minor, currency)
        _put(entry, "Sts", "BOOK")
        _put(entry, "BookgDt/Dt", f"{now:%Y-%m-%d}")
        _put(entry, "ValDt/Dt", f"{now:%Y-%m-%d}")
        _put(entry, "AcctSvcrRef", secrets.token_hex(8))
        _put(entry, "NtryDtls/TxDtls/RmtInf/Ustrd", text)


def _sided(parent: Element, minor: int, currency: str) -> None:
    """An amount, and whether it is the account's or owed."""
    _put(parent, "Amt", major(abs(minor))).set("Ccy", currency)
    _put(parent, "CdtDbtInd", "DBIT" if minor < 0 else "CRDT")


def share(amount_minor: int, bps: int, fixed_minor: int = 0) -> int:
    """A fee of so many hundredths of a percent, rounded half up, and something fixed."""
    return (amount_minor * bps + 5_000) // 10_000 + fixed_minor


def major(minor: int) -> str:
    """An amount as files write it; the currencies here have two decimals.

    >>> major(-1_05)
    '-1.05'
    """
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def _sides(name: str, of: str, minor: int) -> dict[str, str]:
    """An amount in the column of its side."""
    return {f"{name} {'Debit' if minor < 0 else 'Credit'} ({of})": major(abs(minor))}


def _put(parent: Element, path: str, text: str) -> Element:
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text
    return parent


_ADYEN = (
    "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference", "Payment Method", "Creation Date",
    "TimeZone", "Type", "Modification Reference", "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)",
    "Exchange Rate", "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)",
    "Scheme Fees (NC)", "Interchange (NC)", "Batch Number",
)  # fmt: skip


def _told(settlement: Settlement, lines: list[dict[str, str]]) -> web.Response:
    columns = _ADYEN if "Type" in lines[0] else tuple(lines[0])
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(lines)
    told: dict[str, Any] = {"report": text.getvalue(), "said": settlement.said, "lines": len(lines)}
    return web.json_response({**told, "arrives_minor": settlement.arrives_minor, "currency": settlement.currency})
