"""What a cell may hold."""

from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first four, which some spreadsheets take for them."""

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By format."""


def defused(text: str) -> str:
    """The text, with a quote before it when a spreadsheet would run it (OWASP, "CSV Injection").

    >>> defused("=HYPERLINK(1)"), defused("plain")
    ("'=HYPERLINK(1)", 'plain')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
