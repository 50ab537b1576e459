"""Reads the seals that others were told, from a file or a pipe of `python -m security told-seals`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from contracts.seals import Seal, ToldSeal
from payments.adapters.ledger.chain import LEDGER


class BadSeals(Exception):
    """There is nothing to hold the ledger against: the file is not there or empty, or a line of it is no seal."""


def read_seals(file: str) -> list[Seal]:
    """The seals of a file, or of standard input where it is `-`.

    Raises:
        BadSeals: with the reason, and the line.
    """
    if file == "-":
        return _seals(sys.stdin.buffer, "standard input")
    try:
        with Path(file).open("rb") as lines:
            return _seals(lines, file)
    except OSError as error:
        raise BadSeals(f"{file} cannot be read: {error.strerror}.") from error


def _seals(lines: Iterable[bytes], name: str) -> list[Seal]:
    seals = []
    for number, line in enumerate(lines, start=1):
        try:
            told = ToldSeal.parsed(line.decode(errors="backslashreplace").rstrip("\r\n"))
        except ValueError as error:
            raise BadSeals(f"Line {number} of {name}: {error}.") from error
        if told.ledger != LEDGER:
            raise BadSeals(f"Line {number} of {name}: there is no ledger {told.ledger} here, only {LEDGER}.")
        seals.append(told.seal)
    if not seals:
        raise BadSeals(f"No seal came in from {name}; before a pipe stands a command that may have said why.")
    return seals
