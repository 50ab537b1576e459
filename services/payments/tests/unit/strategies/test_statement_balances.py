"""A bank's statement is of an account and leads from its opening balance to its closing one, or nothing is read of it.

camt.053: ISO 20022, BankToCustomerStatement, `Acct` and `Bal`. MT940: SWIFT fields 25, 60F/60M and 62F/62M.
"""

import io
from datetime import date
from decimal import Decimal

import pytest

from payments.application.reconciliation.formats import StatementFormat
from payments.domain.reconciliation.rows import FileUnreadable
from payments.domain.reconciliation.statements import (
    AccountNotOurs,
    BankStatement,
    StatementUnbalanced,
    account_key,
    must_be_ours,
)
from payments.strategies.settlements.registry import SETTLEMENT_FORMATS

IBAN = "MT84MALT011000012345MTLCAST001S"


def balance(kind: str, amount: str, day: str = "2026-03-04", currency: str = "EUR") -> str:
    side = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount.lstrip('-')}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(amount: str, status: str = "BOOK", currency: str = "EUR") -> str:
    side = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount.lstrip('-')}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>"
        "<ValDt><Dt>2026-03-04</Dt></ValDt></Ntry>"
    )


def camt(*stated: str, account: str = f"<IBAN>{IBAN}</IBAN>") -> str:
    """A message with one statement for each of the texts, of one account."""
    owned = f"<Acct><Id>{account}</Id></Acct>" if account else ""
    return (
        f"<Document><BkToCstmrStmt>{''.join(f'<Stmt>{owned}{one}</Stmt>' for one in stated)}</BkToCstmrStmt></Document>"
    )


def mt940(opening: str, *amounts: str, closing: str, account: str = IBAN, first: str = "F", last: str = "F") -> str:
    """One message; balances and entries as `1000,00` with a minus before what is owed or went."""
    entries = "".join(
        f":61:2603040304{'D' if one[0] == '-' else 'C'}{one.lstrip('-')}NTRFNONREF//B{place}\n"
        for place, one in enumerate(amounts)
    )
    (opens, closes) = (f"{'D' if one[0] == '-' else 'C'}260304EUR{one.lstrip('-')}" for one in (opening, closing))
    return f":20:STARTUMS\n:25:{account}\n:28C:5/1\n:60{first}:{opens}\n{entries}:62{last}:{closes}\n-\n"


def statements(name: str, content: str) -> list[BankStatement]:
    found = SETTLEMENT_FORMATS[name]
    assert isinstance(found, StatementFormat)
    return list(found.statements(io.BytesIO(content.encode())))


def refused(name: str, content: str) -> FileUnreadable:
    """How the statements and, alike, the lines of a file are refused."""
    with pytest.raises(FileUnreadable) as refusal:
        statements(name, content)
    with pytest.raises(FileUnreadable) as again:
        list(SETTLEMENT_FORMATS[name].rows(io.BytesIO(content.encode())))
    assert again.value.detail == refusal.value.detail
    return refusal.value


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("camt053", camt(balance("OPBD", "100.00") + balance("CLBD", "100.00") + entry("5000000.00"))),
        ("mt940", mt940("100,00", "5000000,00", closing="100,00")),
    ],
    ids=["camt053", "mt940"],
)
def test_a_statement_that_does_not_add_up_is_refused_with_its_figures(name: str, content: str):
    refusal = refused(name, content)
    assert refusal.code == "statement_unbalanced"
    assert refusal.detail == (
        "statement 1 opens with 100.00 EUR, its entries add up to 5000000.00, and it closes with 100.00"
    )


def test_a_camt_statement_says_its_account_its_number_and_both_balances():
    opening, closing = balance("OPBD", "-5.00"), balance("CLBD", "4.99", "2026-03-05")
    content = camt(f"<Id>S7</Id><ElctrncSeqNb>64</ElctrncSeqNb>{opening}{closing}{entry('10.00')}{entry('-0.01')}")
    (one,) = statements("camt053", content)
    assert (one.account, one.name, one.number) == (IBAN, "S7", 64)
    assert one.opening == (-5_00, "EUR", date(2026, 3, 4))
    assert one.closing == (4_99, "EUR", date(2026, 3, 5))


def test_a_camt_account_may_have_another_number_than_an_iban():
    content = camt(balance("OPBD", "1.00") + balance("CLBD", "1.00"), account="<Othr><Id>100-2003 0/7</Id></Othr>")
    assert [one.account for one in statements("camt053", content)] == ["100200307"]


def test_what_the_bank_has_not_booked_adds_nothing():
    pending = entry("7.00", "PDNG") + entry("3.00", "INFO")
    content = camt(
        balance("OPBD", "1.00") + balance("CLAV", "11.00") + balance("CLBD", "2.00") + entry("1.00") + pending
    )
    assert len(statements("camt053", content)) == 1


def test_each_of_several_camt_statements_adds_up_by_itself():
    first = balance("PRCD", "1.00") + balance("CLBD", "3.00") + entry("2.00")
    second = balance("OPBD", "3.00") + entry("-4.00") + balance("CLBD", "-1.00")  # In any order.
    assert [one.closing.minor for one in statements("camt053", camt(first, second))] == [3_00, -1_00]
    wrong = second.replace("4.00", "4.01")
    assert refused("camt053", camt(first, wrong)).detail.startswith("statement 2 opens with 3.00 EUR")


def test_a_page_of_a_camt_statement_goes_from_one_interim_balance_to_the_next():
    pages = [
        balance("OPBD", "1.00") + balance("ITBD", "3.00") + entry("2.00"),
        balance("ITBD", "3.00") + balance("ITBD", "4.00") + entry("1.00"),
        balance("ITBD", "4.00") + balance("CLBD", "9.00") + entry("5.00"),
    ]
    found = [(one.opening.minor, one.closing.minor) for one in statements("camt053", camt(*pages))]
    assert found == [(1_00, 3_00), (3_00, 4_00), (4_00, 9_00)]


@pytest.mark.parametrize(
    "content",
    [
        camt(balance("OPBD", "1.00") + balance("CLBD", "1.00"), account=""),
        camt(balance("OPBD", "1.00") + balance("CLBD", "1.00"), account="<IBAN>--</IBAN>"),
        camt(balance("OPBD", "1.00") + balance("CLBD", "1.00"), account=f"<IBAN>{'9' * 38}</IBAN>"),
        camt(balance("OPBD", "1.00")),
        camt(balance("CLBD", "1.00")),
        camt(balance("ITBD", "1.00")),
        camt(balance("OPBD", "1.00") * 2 + balance("CLBD", "1.00")),
        camt(balance("OPBD", "1.00") + balance("CLBD", "1.00") * 2),
        camt(balance("OPBD", "") + balance("CLBD", "0.00")),
        camt(balance("OPBD", "1.00", "1989-12-31") + balance("CLBD", "1.00")),
        camt(balance("OPBD", "1.00").replace("CRDT", "BOTH") + balance("CLBD", "1.00")),
        camt(balance("OPBD", "1.00", currency="EUR") + balance("CLBD", "1.00", currency="USD")),
        camt(balance("OPBD", "1.00") + balance("CLBD", "2.00") + entry("1.00", currency="USD")),
    ],
    ids=["no account", "no letters", "long account", "no closing", "no opening", "one interim", "opens twice",
         "closes twice", "no amount", "year", "side", "two currencies", "entry of another currency"],
)  # fmt: skip
def test_a_camt_statement_without_what_it_is_believed_by_is_refused(content: str):
    assert refused("camt053", content).code in ("file_unreadable", "statement_unbalanced")


def test_a_statement_over_several_mt940_messages_is_one():
    pages = [
        mt940("1000,00", "50,00", closing="1050,00", last="M"),
        mt940("1050,00", "-60,00", closing="990,00", first="M", last="M"),
        mt940("990,00", "10,01", closing="1000,01", first="M"),
        mt940("1000,01", closing="1000,01"),
    ]
    found = statements("mt940", "".join(pages))
    assert [(one.opening.minor, one.closing.minor) for one in found] == [(1000_00, 1000_01), (1000_01, 1000_01)]
    assert [(one.place, one.account, one.number) for one in found] == [(1, IBAN, 5), (2, IBAN, 5)]
    for missing in range(3):
        left = "".join(page for place, page in enumerate(pages) if place != missing)
        assert refused("mt940", left).code == "statement_unbalanced"
    assert refused("mt940", pages[0]).detail == "statement 1 goes on in a message that is not in the file"


def test_every_message_of_an_mt940_statement_adds_up_by_itself():
    pages = [
        mt940("1000,00", "50,00", closing="1040,00", last="M"),
        mt940("1040,00", "-60,00", closing="990,00", first="M"),
    ]
    assert refused("mt940", "".join(pages)).detail.startswith("statement 1 opens with 1000.00 EUR")


def test_a_page_of_another_account_does_not_go_on_with_this_one():
    first = mt940("1000,00", "50,00", closing="1050,00", last="M")
    other = mt940("1050,00", closing="1050,00", first="M", account="DE89370400440532013000")
    assert refused("mt940", first + other).code == "statement_unbalanced"


def test_an_overdrawn_account_is_below_zero_in_an_mt940():
    (one,) = statements("mt940", mt940("-10,00", "-5,00", closing="-15,00"))
    assert (one.opening.minor, one.closing.minor) == (-10_00, -15_00)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (":25:" + IBAN + "\n", ""),
        (":25:" + IBAN, ":25:"),
        (":62F:C260304EUR1050,00\n", ""),
        (":60F:", ":60F:C260304EUR1000,00\n:60F:"),
        (":62F:", ":62F:C260304EUR1050,00\n:62F:"),
        (":62F:C260304EUR1050,00", ":62F:C260304EUR"),
        (":62F:C260304EUR1050,00", ":62F:C261304EUR1050,00"),
        (":62F:C260304EUR", ":62F:C260304USD"),
    ],
    ids=["no account", "empty account", "no closing", "opens twice", "closes twice", "no amount", "date", "currencies"],
)
def test_an_mt940_without_what_it_is_believed_by_is_refused(old: str, new: str):
    content = mt940("1000,00", "50,00", closing="1050,00")
    assert old in content
    assert refused("mt940", content.replace(old, new, 1)).code in ("file_unreadable", "statement_unbalanced")


@pytest.mark.parametrize("written", ["mt84/malt0110 00012345mtlcast001s", IBAN, f"{IBAN}EUR"])
def test_an_account_is_ours_however_the_bank_writes_its_number(written: str):
    (one,) = statements("mt940", mt940("1,00", closing="1,00", account=written))
    must_be_ours(one, {"EUR": {account_key(IBAN)}})


@pytest.mark.parametrize(
    "ours",
    [{}, {"EUR": {"XX00SOMEBODYELSE"}}, {"USD": {IBAN}}, {"EUR": {IBAN[:-1]}}],
    ids=["none", "another", "another currency", "a part"],
)
def test_a_statement_of_another_account_is_refused_without_telling_all_of_its_number(ours: dict[str, set[str]]):
    (one,) = statements("mt940", mt940("1,00", closing="1,00"))
    with pytest.raises(AccountNotOurs) as refusal:
        must_be_ours(one, ours)
    assert refusal.value.code == "statement_of_another_account"
    assert (IBAN in refusal.value.detail, IBAN[-4:] in refusal.value.detail) == (False, True)


def test_any_entry_left_out_or_changed_is_noticed():
    amounts = [f"{Decimal(place) / 100:.2f}" for place in (1, -2, 300, -4000, 50_000)]
    total = sum(Decimal(one) for one in amounts)
    for left in range(len(amounts)):
        kept = "".join(entry(one) for place, one in enumerate(amounts) if place != left)
        with pytest.raises(StatementUnbalanced):
            statements("camt053", camt(balance("OPBD", "0.00") + balance("CLBD", f"{total:.2f}") + kept))
