"""A workbook written row by row: memory does not grow with it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

_SHEET_ROWS: Final = 1_000_000
"""A worksheet holds 1,048,576 rows."""

_DIGITS: Final = 15
"""What a spreadsheet's number holds exactly; longer ones are written as text."""

_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "in_memory": False,
    "default_date_format": "yyyy-mm-dd",
}


class Workbook:
    """Rows beneath headings on one sheet, continued on more beyond a million rows, and on another what it is about.

    Cells are written from the first row to the last, each row once. No text becomes a formula or an address.
    """

    def __init__(self, path: Path, headings: Sequence[str], *, sheet: str, header: str = "") -> None:
        self._book = xlsxwriter.Workbook(str(path), dict(_OPTIONS))
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._formats: dict[str, Any] = {}
        self._headings, self._name, self._header = headings, sheet, header
        self._sheets = 0
        self._sheet: Any = None
        self._next = 0
        self._new_sheet()

    def begin_row(self) -> None:
        """Cells that follow are of the next row."""
        self._next += 1
        if self._next > _SHEET_ROWS:
            self._new_sheet()
            self._next = 1

    def text(self, place: int, value: str) -> None:
        """A cell of the row at hand."""
        self._sheet.write_string(self._next, place, value)

    def time(self, place: int, value: date | datetime) -> None:
        """A day or, in UTC, a moment."""
        if isinstance(value, datetime):
            moment, form = value.astimezone(UTC).replace(tzinfo=None), self._moment
        else:
            moment, form = datetime(value.year, value.month, value.day), self._day  # noqa: DTZ001
        self._sheet.write_datetime(self._next, place, moment, form)

    def number(self, place: int, number: Decimal, number_format: str | None = None) -> None:
        """A number, exactly."""
        if len(number.as_tuple().digits) > _DIGITS:
            self.text(place, str(number))
            return
        self._sheet.write_number(self._next, place, number, self._format(number_format))

    def truth(self, place: int, value: bool) -> None:
        """Yes or no."""
        self._sheet.write_boolean(self._next, place, value)

    def close(self, about: Sequence[tuple[str, str]]) -> None:
        """Finish the file with a sheet of these labels and texts."""
        sheet = self._book.add_worksheet("About")
        for place, (label, value) in enumerate(about):
            sheet.write_string(place, 0, label, self._bold)
            sheet.write_string(place, 1, value)
        self._book.close()

    def give_up(self) -> None:
        """Let go of the file as it is; nobody will want it. Without effect on a finished one."""
        if not self._book.fileclosed:
            self._book.close()

    def _new_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        if self._header:
            # An ampersand begins an instruction to the printer.
            self._sheet.set_header(f"&L{self._header.replace('&', '&&')}"[:255])
            self._sheet.set_footer("&CPage &P of &N")
        for place, heading in enumerate(self._headings):
            self._sheet.write_string(0, place, heading, self._bold)
        self._next = 0

    def _format(self, number_format: str | None) -> Any:
        if number_format is None:
            return None
        if number_format not in self._formats:
            self._formats[number_format] = self._book.add_format({"num_format": number_format})
        return self._formats[number_format]
