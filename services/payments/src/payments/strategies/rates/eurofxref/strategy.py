"""Rates from a file in the format of the European Central Bank, XML or CSV, as something outside fetches it each day.

Euro foreign exchange reference rates, as the bank's eurofxref-daily.xml and eurofxref.csv give them: units of each
currency for one euro. Rates of currencies this installation does not know are passed over; others, Bitcoin say, may be
added in the same form.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.money import EXPONENTS
from payments.domain.exchange.quotes import Rates, RateUnavailable

SOURCE = "eurofxref"
LARGEST_BYTES = 1024 * 1024

_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"


class EurofxrefFile:
    """Implements `RateSource`. The file is read again when it has changed.

    Args:
        path: of the file; empty: there are no rates.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._rates: Rates | None = None

    def rates(self) -> Rates:
        """See RateSource."""
        if not self._path:
            raise RateUnavailable("This installation has no rates.")
        try:
            stat = Path(self._path).stat()
            now = (stat.st_mtime_ns, stat.st_size)
            if self._rates is None or now != self._seen:
                if stat.st_size > LARGEST_BYTES:
                    raise RateUnavailable("The file of rates is too large.")
                self._rates, self._seen = parsed(Path(self._path).read_bytes()), now
        except OSError as error:
            raise RateUnavailable("The file of rates cannot be read.") from error
        return self._rates


def parsed(raw: bytes) -> Rates:
    """The newest rates in a file, whichever of the two formats it is in; RateUnavailable when it is neither."""
    try:
        as_of, pairs = _of_xml(raw) if raw.lstrip().startswith(b"<") else _of_csv(raw.decode("ascii"))
        known = {currency: Decimal(rate) for currency, rate in pairs if currency in EXPONENTS and rate != "N/A"}
    except (ParseError, DefusedXmlException, InvalidOperation, ValueError, KeyError, StopIteration) as error:
        raise RateUnavailable("The file of rates is not in the format of the European Central Bank.") from error
    if not known or any(not rate.is_finite() or rate <= 0 for rate in known.values()):
        raise RateUnavailable("The file of rates holds none, or one that is no number above zero.")
    return Rates(source=SOURCE, as_of=as_of, per_base={**known, "EUR": Decimal(1)})


def _of_xml(raw: bytes) -> tuple[date, list[tuple[str, str]]]:
    days = {cube.attrib["time"]: cube for cube in fromstring(raw).iter(_CUBE) if "time" in cube.attrib}
    if not days:
        raise ValueError("no day")
    newest = max(days)
    return date.fromisoformat(newest), [(one.attrib["currency"], one.attrib["rate"]) for one in days[newest]]


def _of_csv(text: str) -> tuple[date, Iterable[tuple[str, str]]]:
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or lines[0][0] != "Date" or len(lines[0]) != len(lines[1]):
        raise ValueError("no table")
    cells = zip(lines[0][1:], lines[1][1:], strict=True)
    return _day(lines[1][0]), [(currency, rate) for currency, rate in cells if currency]


def _day(text: str) -> date:
    """`27 November 2026`, as in the daily file, or `2026-11-27`, as in the historical one."""
    if text[:4].isdigit():
        return date.fromisoformat(text)
    return datetime.strptime(text, "%d %B %Y").date()  # noqa: DTZ007 - a day has no zone
