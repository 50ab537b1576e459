"""Settlement files and bank statements: what each line means, and what is refused with its line."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.words import Movement
from payments.strategies.settlements.reading import LONGEST_LINE
from payments.strategies.settlements.registry import SETTLEMENT_FORMATS

OURS = "0190f5fe-7c00-7a00-8000-00000000aaaa"

ADYEN = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
    "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
    "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number\n"
    f"Co,CasinoMT,PSP1,{OURS},visa,2026-03-02 10:15:30,CET,Settled,MOD1,EUR,,100.00,1,EUR,,97.50,,0.50,0.40,1.60,7\n"
    f"Co,CasinoMT,PSP1,{OURS},visa,2026-03-03 10:15:30,CET,Refunded,MOD2,EUR,40.00,,1,EUR,40.10,,,0.10,,,7\n"
    "Co,CasinoMT,,,,2026-03-03 11:00:00,CET,Fee,Transaction Fees 2026,EUR,,,,EUR,1.20,,,,,,7\n"
    "Co,CasinoMT,PSP9,,,2026-03-03 11:00:00,CET,Balancetransfer,MOD3,EUR,,,,EUR,6.20,,,,,,7\n"
    "Co,CasinoMT,,,,2026-03-03 12:00:00,CET,MerchantPayout,TX123XT batch 7,EUR,,,,EUR,50.00,,,,,,7\n"
)
STRIPE = (
    "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id,"
    "automatic_payout_id,trace_id,payment_metadata[order_id]\n"
    f"txn_1,2026-03-02 10:15:30,eur,100.00,1.75,98.25,charge,ch_1,pi_1,po_1,REF42,{OURS}\n"
    f"txn_2,2026-03-03 10:15:30,eur,-100.00,15.00,-115.00,dispute,dp_1,pi_1,po_1,REF42,{OURS}\n"
    "txn_3,2026-03-03 10:15:30,eur,-2.00,0.00,-2.00,fee,,,po_1,REF42,\n"
    "txn_4,2026-03-03 10:15:30,eur,18.75,0.00,18.75,payout,po_1,,po_1,REF42,\n"
    "txn_5,2026-03-03 10:15:30,jpy,500,18,482,charge,ch_2,pi_2,po_2,REF43,\n"
)
TRUSTLY = (
    "datestamp,accountname,currency,amount,total,orderid,ordertype,messageid,username,fxpaymentamount,"
    "fxpaymentcurrency,settlementbankwithdrawalid,extraref\n"
    f'"2026-03-02 07:57:07.252702+00",CLIENT_FUNDS,EUR,100.00,48.00,1288208729,Deposit,{OURS},casino,,,1234998358,\n'
    f'"2026-03-02 07:57:07.252702+00",FEE,EUR,-1.00,48.00,1288208729,"Deposit Fee",{OURS},casino,,,1234998358,\n'
    f'"2026-03-02 08:00:00+00",Q,EUR,-50.00,48.00,1288208729,Refund,"Refund 2026-03-02 {OURS}",casino,,,1234998358,\n'
    f'"2026-03-02 08:00:00+00",Q,EUR,-1.00,48.00,1134212451,AccountPayout,{OURS},casino,,,1234998358,\n'
    f'"2026-03-02 08:00:00+00",Q,EUR,1.00,48.00,1134212451,AccountPayout,{OURS},casino,,,1234998358,\n'
    '"2026-03-02 08:00:00+00",FX,EUR,-1.00,48.00,1134212451,FX,9567705,casino,,,1234998358,\n'
)
SKRILL = (
    '"ID","Time (CET)","Type","Transaction Details","[-] EUR","[+] EUR","Status","balance","Reference","Amount Sent",'
    '"Currency sent","More information","ID of the corresponding Skrill transaction","Payment Type"\n'
    f'"1","02 Mar 26 10:15","Receive Money","from a player","","100.5","processed","100.5","{OURS}","100.5","EUR","",'
    '"9","WLT"\n'
    '"2","02 Mar 26 10:15","Receive Money","Fee","1.1281","","processed","99.3719","","","","","9",""\n'
    '"3","02 Mar 26 10:16","Receive Money","Fee","1.1281","","processed","98.2438","","","","","9",""\n'
    f'"4","02 Mar 26 10:17","Send Money","to a player",".5","","processed","97.7438","{OURS}",".5","EUR","","10",""\n'
    f'"5","02 Mar 26 10:18","Send Money","to a player","7","","pending","90.7438","{OURS}","7","EUR","","11","WLT"\n'
)
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>MT84MALT011000012345MTLCAST001S</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-04</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1040.01</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-05</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-04</Dt></BookgDt>
<ValDt><Dt>2026-03-05</Dt></ValDt><AcctSvcrRef>BANK1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>TX123XT</EndToEndId>
</Refs><RmtInf><Ustrd>TX123XT batch 7 CasinoMT</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><ValDt><Dt>2026-03-05</Dt></ValDt></Ntry>
<Ntry><Amt Ccy="EUR">9.99</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<ValDt><DtTm>2026-03-05T09:00:00Z</DtTm></ValDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
MT940 = """:20:STARTUMS
:25:MT84MALT011000012345MTLCAST001S
:28C:5/1
:60F:C260301EUR1000,00
:61:2603040304C50,00NTRFNONREF//BANKREF1
:86:TX123XT batch 7 CasinoMT
:61:2603050305D9,99NMSCNONREF
:86:Charges
:62F:C260305EUR1040,01
-
"""


def read(name: str, content: str | bytes) -> list[SettlementRow]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(SETTLEMENT_FORMATS[name].rows(io.BytesIO(raw)))


def told(rows: list[SettlementRow]) -> list[tuple[Movement, int, int]]:
    return [(row.movement, row.amount_minor, row.fee_minor) for row in rows]


def test_adyens_lines_add_up_to_its_payout():
    rows = read("adyen_settlement_details", ADYEN)
    assert told(rows) == [
        (Movement.DEPOSIT, 100_00, 2_50),
        (Movement.REVERSAL, -40_00, 10),
        (Movement.FEE, 0, 1_20),
        (Movement.OTHER, -6_20, 0),
        (Movement.SETTLEMENT, -50_00, 0),
    ]
    assert sum(row.net_minor for row in rows) == 0
    assert (rows[0].our_reference, rows[0].provider_reference, rows[0].batch) == (OURS, "PSP1", "7")
    assert rows[0].booked_at == datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
    assert rows[4].text == "TX123XT batch 7"


def test_an_adyen_line_settled_in_another_currency_says_what_was_paid_and_its_fees():
    other = ADYEN.replace(",EUR,,100.00,1,EUR,,97.50,", ",USD,,110.00,0.9,EUR,,97.50,")
    row = read("adyen_settlement_details", other)[0]
    assert (row.currency, row.amount_minor, row.fee_minor) == ("EUR", 100_00, 2_50)
    assert (row.paid_currency, row.paid_minor) == ("USD", 110_00)
    refund = ADYEN.replace(",EUR,40.00,,1,EUR,40.10,,,0.10,", ",USD,44.00,,0.9,EUR,40.10,,,0.10,")
    row = read("adyen_settlement_details", refund)[1]
    assert (row.amount_minor, row.fee_minor, row.paid_minor) == (-40_00, 10, -44_00)


def test_what_was_paid_in_another_currency_is_told_by_every_provider_that_converts():
    trustly = TRUSTLY.replace(f"1288208729,Deposit,{OURS},casino,,,", f"1288208729,Deposit,{OURS},casino,1100.50,SEK,")
    stripe = STRIPE.replace("payment_metadata[order_id]\n", "payment_metadata[order_id],customer_facing_amount,"
        "customer_facing_currency\n").replace(f"REF42,{OURS}\n", f"REF42,{OURS},110.00,usd\n")  # fmt: skip
    stripe = stripe.replace("REF42,\n", "REF42,,,\n").replace("pi_2,po_2,REF43,\n", "pi_2,po_2,REF43,,500,jpy\n")
    skrill = SKRILL.replace('"100.5","EUR","","9"', '".5","USD","","9"')
    found = {
        name: [(row.paid_minor, row.paid_currency) for row in read(name, content)]
        for name, content in (
            ("trustly_settlement", trustly),
            ("stripe_balance", stripe),
            ("skrill_history", skrill),
        )
    }
    assert found["trustly_settlement"][0] == (1100_50, "SEK")
    assert found["stripe_balance"] == [(110_00, "USD"), (None, "USD"), (None, None), (None, None), (None, None)]
    assert found["skrill_history"][0] == (50, "USD")
    assert set(found["trustly_settlement"][1:]) == set(found["skrill_history"][1:]) == {(None, None)}
    unknown = ADYEN.replace(",EUR,,100.00,1,EUR,,97.50,", ",XQX,,110.00,0.9,EUR,,97.50,")
    row = read("adyen_settlement_details", unknown)[0]
    assert (row.paid_minor, row.paid_currency) == (None, "XQX")


def test_stripes_gross_is_the_payment_and_a_disputes_fee_is_beside_it():
    rows = read("stripe_balance", STRIPE)
    assert told(rows) == [
        (Movement.DEPOSIT, 100_00, 1_75),
        (Movement.REVERSAL, -100_00, 15_00),
        (Movement.FEE, 0, 2_00),
        (Movement.SETTLEMENT, 18_75, 0),
        (Movement.DEPOSIT, 500, 18),
    ]
    assert (rows[0].our_reference, rows[0].provider_reference, rows[0].batch) == (OURS, "pi_1", "po_1")
    assert (rows[4].currency, rows[4].our_reference) == ("JPY", None)


def test_trustlys_fees_are_lines_of_their_own_and_the_sign_tells_what_came_back():
    rows = read("trustly_settlement", TRUSTLY)
    assert told(rows) == [
        (Movement.DEPOSIT, 100_00, 0),
        (Movement.FEE, 0, 1_00),
        (Movement.REVERSAL, -50_00, 0),
        (Movement.PAYOUT, -1_00, 0),
        (Movement.PAYOUT_RETURNED, 1_00, 0),
        (Movement.OTHER, -1_00, 0),
    ]
    assert {row.our_reference for row in rows[:5]} == {OURS}
    assert {row.batch for row in rows} == {"1234998358"}


def test_skrills_fees_of_four_places_add_up_to_the_minor_unit():
    rows = read("skrill_history", SKRILL)
    assert told(rows) == [
        (Movement.DEPOSIT, 100_50, 0),
        (Movement.FEE, 0, 1_12),
        (Movement.FEE, 0, 1_13),
        (Movement.PAYOUT, -50, 0),
        (Movement.PAYOUT, -7_00, 0),
    ]
    assert [row.final for row in rows] == [True, True, True, True, False]
    assert rows[0].booked_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(("name", "content"), [("camt053", CAMT), ("mt940", MT940)], ids=["camt053", "mt940"])
def test_a_bank_statement_tells_what_was_booked_and_what_the_bank_says_of_it(name: str, content: str):
    rows = read(name, content)
    assert [(row.amount_minor, row.currency) for row in rows] == [(50_00, "EUR"), (-9_99, "EUR")]
    assert "TX123XT batch 7" in str(rows[0].text)
    assert rows[1].booked_at.date().isoformat() == "2026-03-05"


@pytest.mark.parametrize("name", sorted(SETTLEMENT_FORMATS))
@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"%PDF-1.7 nothing of the kind", b"a,b\n1,2\n", b"\xff\xfe\x00h", b"<xml/>", b"x" * 200_000],
    ids=["empty", "newline", "pdf", "other columns", "utf-16", "other xml", "one huge line"],
)
def test_another_file_is_refused(name: str, content: bytes):
    with pytest.raises(FileUnreadable):
        read(name, content)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("100.00,1.75,98.25", "100.001,1.75,98.251", "line 2"),
        ("100.00,1.75,98.25", "1e4,1.75,98.25", "line 2"),
        ("100.00,1.75,98.25", "99999999999999999999.00,0.00,99999999999999999999.00", "larger than one movement"),
        ("100.00,1.75,98.25", "100.00,1.75,98.26", "its net is not"),
        ("eur,100.00", "xyz,100.00", "not known"),
        ("eur,100.00", "e r,100.00", "code of a currency"),
        ("2026-03-02 10:15:30", "yesterday", "not a date"),
        ("txn_1,", "txn_1,,", "cells instead of"),
        ("txn_1,", 'txn_"1,', "line"),
        ("txn_1,", "txn\x00_1,", "not text"),
        ("txn_1,", "x" * (LONGEST_LINE + 1) + ",", "longer than"),
        ("currency,gross", "gross,gross", "twice"),
        ("reporting_category", "category", "columns are missing: reporting_category"),
    ],
    ids=["fraction", "exponent", "beyond bigint", "net", "unknown currency", "no currency", "date", "too many cells",
         "quote", "nul", "huge line", "column twice", "column missing"],
)  # fmt: skip
def test_a_broken_line_is_named(old: str, new: str, why: str):
    content = STRIPE.replace(old, new, 1)
    assert content != STRIPE
    if why == "line":
        assert read("stripe_balance", content)  # A quote inside a bare cell is a character like others.
        return
    with pytest.raises(FileUnreadable, match=why):
        read("stripe_balance", content)


def test_bytes_of_another_encoding_are_named_by_their_line():
    content = ADYEN.encode().replace(b"Co,CasinoMT,PSP9", b"Caf\xe9,CasinoMT,PSP9")
    with pytest.raises(FileUnreadable, match="line 5: not UTF-8"):
        read("adyen_settlement_details", content)


def test_a_byte_order_mark_and_windows_lines_make_no_difference():
    same = b"\xef\xbb\xbf" + STRIPE.replace("\n", "\r\n").encode()
    assert told(read("stripe_balance", same)) == told(read("stripe_balance", STRIPE))


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Document>&b;</Document>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>',
        "<!DOCTYPE Document><Document/>",
        CAMT.replace("<Stmt>", "<a>" * 60 + "<Stmt>"),
        CAMT.replace("</Ntry>", "<NtryDtls/>" * 6_000 + "</Ntry>", 1),
        CAMT[:-40],
        CAMT.replace('encoding="UTF-8"', 'encoding="made-up"'),
        CAMT.replace("CRDT", "BOTH", 1),
        CAMT.replace(">50.00<", ">-50.00<"),
        CAMT.replace(">50.00<", ">50.005<"),
    ],
    ids=["bomb", "external", "doctype", "deep", "huge entry", "cut", "encoding", "indicator", "negative", "fraction"],
)
def test_hostile_or_broken_xml_is_refused(content: str):
    with pytest.raises(FileUnreadable):
        read("camt053", content)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (":60F:C260301EUR1000,00\n", "", "line 1 :20:: a statement that has an opening (:60:) nowhere"),
        (":62F:", ":60F:C260301EUR1000,00\n:62F:", "line 9 :60F:: a statement that has an opening (:60:) more"),
        (":60F:C260301EUR", ":60F:Ana Borg", "line 4 :60F:: not C or D"),
        (":60F:C260301", ":60F:C269901", "line 4 :60F:: not C or D"),
        (":25:MT84MALT011000012345MTLCAST001S", ":25:", "line 2 :25:: not the number of an account"),
        ("C50,00", "C50,005", "line 5 :61:: an amount that is no plain decimal number, or not exact in EUR"),
        (":61:2603040304C50,00NTRF", ":61:Ana Borg", "line 5 :61:: not a day"),
        (":61:2603050305D9,99", ":61:2613990305D9,99", "line 7 :61:: not a day"),
        (":28C:5/1", ":28C:Ana Borg", "line 3 :28C:: not a number of the statement"),
        (":62F:C260305EUR1040,01", ":62F:Ana Borg", "line 9 :62F:: not C or D"),
    ],
    ids=[
        "no opening balance", "two opening balances", "balance", "day of a balance", "account", "fraction", "entry",
        "day of an entry", "number", "closing balance",
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_mt940_is_told_by_its_line_and_field_and_not_repeated(
    old: str, new: str, told: str, caplog: pytest.LogCaptureFixture
):
    """Behind another statement, so that lines are those of the file."""
    assert old in MT940
    with pytest.raises(FileUnreadable) as refused:
        read("mt940", MT940.replace(old, new))
    assert refused.value.detail.startswith(told)
    with pytest.raises(FileUnreadable) as refused:
        read("mt940", MT940 + MT940.replace(old, new))
    assert refused.value.detail.startswith(f"line {int(told.split()[1]) + MT940.count(chr(10))} ")
    assert not [word for word in ("Borg", "1399", "50,005", "9901") if word in refused.value.detail + caplog.text]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '<Amt Ccy="EUR">50.00<',
            '<Amt Ccy="Ana">Borg<',
            "entry 1 Amt: an amount in a currency that is not known here",
        ),
        (">50.00<", ">Borg<", "entry 1 Amt: an amount that is no plain decimal number"),
        (">50.00<", ">-50.00<", "entry 1 Amt: an amount below zero"),
        ("CRDT</CdtDbtInd><Sts>", "Borg</CdtDbtInd><Sts>", "entry 1 CdtDbtInd: neither CRDT nor DBIT"),
        ("</Stmt>", "<Borg></Stmt>", "line "),
    ],
    ids=["currency", "amount", "sign", "indicator", "not XML"],
)
def test_what_is_wrong_in_a_camt053_is_told_by_its_entry_and_field_and_not_repeated(old: str, new: str, told: str):
    assert old in CAMT
    with pytest.raises(FileUnreadable) as refused:
        read("camt053", CAMT.replace(old, new, 1))
    assert refused.value.detail.startswith(told)
    assert "Borg" not in refused.value.detail


def test_what_is_wrong_in_a_table_is_not_repeated_either():
    with pytest.raises(FileUnreadable) as refused:
        read("stripe_balance", STRIPE.replace("100.00,1.75,98.25", "Ana Borg,1.75,98.25"))
    assert refused.value.detail.startswith("line 2: an amount")
    assert "Borg" not in refused.value.detail


class Endless(io.RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, head: str, line: str, tail: str, times: int) -> None:
        self._parts = self._all(head.encode(), line.encode(), tail.encode(), times)
        self._left = b""

    @staticmethod
    def _all(head: bytes, line: bytes, tail: bytes, times: int) -> Iterator[bytes]:
        yield head
        for _ in range(times // 100):
            yield line * 100
        yield tail

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = next(self._parts, b"")
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


_HEAD, _, _REST = STRIPE.partition("\n")
_ENTRY = CAMT[CAMT.index("<Ntry>") : CAMT.index("</Ntry>") + 7]
_BEFORE, _AFTER = CAMT[: CAMT.index("<Ntry>")], "</Stmt></BkToCstmrStmt></Document>"
_BEFORE = _BEFORE.replace("1040.01", f"{1_000 + 5_000 * 50}.00")


@pytest.mark.parametrize(
    ("name", "head", "line", "tail"),
    [
        ("stripe_balance", f"{_HEAD}\n", f"{_REST.splitlines()[0]}\n", ""),
        ("camt053", _BEFORE, _ENTRY, _AFTER),
        ("mt940", "\n", MT940, ""),
    ],
    ids=["csv", "camt053", "mt940"],
)
def test_memory_does_not_grow_with_the_file(name: str, head: str, line: str, tail: str):
    file = io.BufferedReader(Endless(head, line, tail, 5_000))
    tracemalloc.start()
    try:
        count = sum(1 for _ in SETTLEMENT_FORMATS[name].rows(file))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count >= 5_000
    assert peak < 4_000_000, peak
