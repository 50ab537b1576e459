"""What a bank states of the casino's account, as camt.053, and what a central bank says of currencies."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

ACCOUNT = "MT84MALT011000012345MTLCAST001S"


def camt(
    *entries: tuple[str, str],
    reference: str = "",
    account: str = ACCOUNT,
    opening: str = "0.00",
    closing: str | None = None,
    day: str = "2026-11-21",
) -> str:
    """A statement of a day; without a `closing` balance it is what the entries lead to."""
    lines = "".join(
        f"<Ntry>{side(amount)}<Sts>BOOK</Sts><ValDt><Dt>{day}</Dt></ValDt>"
        f"{f'<AcctSvcrRef>{reference}</AcctSvcrRef>' if reference else ''}"
        f"<AddtlNtryInf>{said}</AddtlNtryInf></Ntry>"
        for amount, said in entries
    )
    closes = closing or str(Decimal(opening) + sum(Decimal(amount) for amount, _ in entries))
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{side(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"
        for kind, amount in (("OPBD", opening), ("CLBD", closes))
    )
    stated = f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balances}{lines}"
    return f"<Document><BkToCstmrStmt><Stmt>{stated}</Stmt></BkToCstmrStmt></Document>"


def side(amount: str) -> str:
    """An amount, and on which side of the account it stands."""
    indicator = "DBIT" if amount.startswith("-") else "CRDT"
    return f'<Amt Ccy="EUR">{amount.lstrip("-")}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>'


def rates_of_today(folder: Path) -> str:
    """The path of a file by which a euro is worth 1.2 dollars and 160 yen today."""
    file = folder / "eurofxref.csv"
    file.write_text(f"Date, USD, JPY, \n{datetime.now(UTC):%d %B %Y}, 1.2000, 160.00, \n")
    return str(file)
