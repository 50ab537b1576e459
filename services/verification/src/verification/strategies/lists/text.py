"""Reading rows of a CSV file strictly: a file that is not what it claims to be stops the import."""

import csv
from collections.abc import Iterator
from pathlib import Path

from verification.application.listed import BadList

_END_OF_FILE = "\x1a"
"""OFAC's files end, as in CP/M, with this on a line of its own."""


def rows(path: Path, columns: int) -> Iterator[list[str]]:
    """The rows of a UTF-8 CSV file without header, each with exactly `columns` fields.

    Raises:
        BadList: another number of fields, not UTF-8, an unclosed quote.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if row == [_END_OF_FILE] or not row:
                    continue
                if len(row) != columns:
                    raise BadList(f"{path.name}, line {reader.line_num}: {len(row)} fields where {columns} belong")
                yield row
    except UnicodeDecodeError as error:
        raise BadList(f"{path.name} is not UTF-8 text") from error
    except csv.Error as error:
        raise BadList(f"{path.name} is not CSV: {error}") from error


def records(path: Path, *columns: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file with a header that names at least `columns`. Raises as `rows` does."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise BadList(f"{path.name} has no column {', '.join(sorted(missing))}")
            for row in reader:
                if None in row or None in row.values():
                    raise BadList(f"{path.name}, line {reader.line_num}: not as many fields as the header has")
                yield row
    except UnicodeDecodeError as error:
        raise BadList(f"{path.name} is not UTF-8 text") from error
    except csv.Error as error:
        raise BadList(f"{path.name} is not CSV: {error}") from error
