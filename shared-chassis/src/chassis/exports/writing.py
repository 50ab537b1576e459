"""The file of an export: CSV with who took what away, and when, in the last column, or XLSX with it on every page."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from chassis.files import Workbook
from chassis.http.listing.output import as_csv, csv_lines

Format = Literal["csv", "xlsx"]
About = Sequence[tuple[str, str]]

WATERMARK: Final = "watermark"
"""The last column of a CSV file."""


class Writer(Protocol):
    """One format."""

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some rows."""
        ...

    def close(self, about: About, /) -> None:
        """Finish the file."""
        ...

    def give_up(self) -> None:
        """Let go of the file as it is. Without effect on a finished one."""
        ...


class CsvWriter:
    """As the list itself gives CSV, and the mark in a last column of every row.

    RFC 4180 knows neither comments nor trailers: a line of another length breaks whoever reads the file, and is lost
    when rows are copied out of it. A column is read by its name by every program, and goes where its row goes.
    """

    def __init__(self, path: Path, columns: Sequence[str], mark: str) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._columns, self._mark = (*columns, WATERMARK), mark
        self._file.write(as_csv(self._columns, []))

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._file.write(csv_lines(self._columns, [{**row, WATERMARK: self._mark} for row in rows]))

    def close(self, _about: About) -> None:
        self._file.close()

    def give_up(self) -> None:
        self._file.close()


class XlsxWriter:
    """A workbook with the mark in the header of every printed page, and what it is about on a sheet of its own."""

    def __init__(self, path: Path, columns: Sequence[str], mark: str) -> None:
        self._book = Workbook(path, columns, sheet="Rows", header=mark)
        self._columns = columns

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._book.begin_row()
            for place, name in enumerate(self._columns):
                self._write(place, row.get(name))

    def close(self, about: About) -> None:
        self._book.close(about)

    def give_up(self) -> None:
        self._book.give_up()

    def _write(self, place: int, value: Any) -> None:
        match value:
            case None:
                return
            case bool():
                self._book.truth(place, value)
            case int() | Decimal():
                self._book.number(place, Decimal(value))
            case date():
                self._book.time(place, value)
            case str() | UUID():
                self._book.text(place, str(value))
            case _:
                self._book.text(place, json.dumps(value, ensure_ascii=False, default=str))


WRITERS: Mapping[Format, type[CsvWriter] | type[XlsxWriter]] = {"csv": CsvWriter, "xlsx": XlsxWriter}
"""By format."""
