"""What spreadsheets and CSV readers make of a report, whatever stands in it."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chassis.files import defused
from contracts.reports.permissions import ReportsPermission
from reports.adapters.writers import CsvWriter, Head, XlsxWriter
from reports.application.definitions import ReportColumn, ReportDefinition

COLUMNS = tuple(
    ReportColumn(name=name, title=name.title(), kind="text", meaning="what it says")
    for name in ("first", "second", "third")
)
DEFINITION = ReportDefinition(
    name="example", title="Example", permission=ReportsPermission.REVENUE_REQUEST, columns=COLUMNS
)
ODD = ["plain", "a, b", 'a "b" c', "line\nbreak", "#5", ""]
FORMULAE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20A1"]


def head(casinos: str = "Malta, London") -> Head:
    return Head("Example", casinos, "a to b", "UTC", "now", "somebody", "then", "none")


def written(path: Path, cells: list[str], casinos: str = "Malta, London") -> str:
    writer = CsvWriter(path, DEFINITION, head(casinos))
    writer.rows([{"first": cell, "second": cell, "third": "end"} for cell in cells])
    writer.close(len(cells))
    return path.read_bytes().decode()


def test_every_line_has_the_same_number_of_cells(tmp_path: Path) -> None:
    for cells in (ODD, []):
        rows = list(csv.reader(io.StringIO(written(tmp_path / "a.csv", cells), newline=""), strict=True))
        assert {len(row) for row in rows} == {len(COLUMNS)}


def test_whoever_skips_lines_that_begin_with_a_hash_finds_headings_and_rows(tmp_path: Path) -> None:
    cells = [cell for cell in ODD if not cell.startswith("#")]
    lines = io.StringIO(written(tmp_path / "a.csv", cells, 'Say "Hi", Ltd\n=London'), newline="")
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert rows == [["First", "Second", "Third"], *([cell, cell, "end"] for cell in cells)]


@pytest.mark.parametrize("name", ['Say "Hi", Ltd', "Malta, London", "Malta"])
def test_what_a_report_says_about_itself_is_read_back(tmp_path: Path, name: str) -> None:
    rows = csv.reader(io.StringIO(written(tmp_path / "a.csv", [], name), newline=""))
    assert {row[0]: row[1] for row in rows}["# Casinos"] == name


def test_a_line_break_in_a_name_does_not_break_the_line_about_it(tmp_path: Path) -> None:
    assert '# Casinos,"Malta, # Bets: 0",\r\n' in written(tmp_path / "a.csv", [], "Malta,\r\n# Bets: 0")


@pytest.mark.parametrize("formula", FORMULAE)
def test_no_cell_is_a_formula(tmp_path: Path, formula: str) -> None:
    assert defused(formula) == f"'{formula}"
    rows = list(csv.reader(io.StringIO(written(tmp_path / "a.csv", [formula], f"{formula} Casino"), newline="")))
    assert rows[-1][0] == f"'{formula}"
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for row in rows for cell in row)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.com"])
def test_a_workbook_holds_texts_as_texts(tmp_path: Path, formula: str) -> None:
    path = tmp_path / "a.xlsx"
    writer = XlsxWriter(path, DEFINITION, head(formula))
    row: dict[str, Any] = {"first": formula, "second": None, "third": "end"}
    writer.rows([row])
    writer.close(1)
    book = openpyxl.load_workbook(path)
    cell, about = book["Figures"]["A2"], book["About"]["B2"]
    assert [(one.value, one.data_type, one.hyperlink) for one in (cell, about)] == [(formula, "s", None)] * 2
    book.close()


def test_an_amount_a_spreadsheet_would_round_is_written_as_text(tmp_path: Path) -> None:
    money = ReportColumn(name="amount_minor", title="Amount", kind="money", meaning="what moved")
    path, exact, too_long = tmp_path / "a.xlsx", 9_999_999_999_999_99, 90_071_992_547_409_93
    definition = replace(DEFINITION, columns=(money,))
    writer = XlsxWriter(path, definition, head())
    writer.rows([{"amount_minor": amount, "currency": "EUR"} for amount in (exact, too_long)])
    writer.close(2)
    book = openpyxl.load_workbook(path)
    cells = [(row[0].value, row[0].data_type) for row in book["Figures"].iter_rows(min_row=2)]
    assert cells == [(9_999_999_999_999.99, "n"), ("90071992547409.93", "s")]
    book.close()
