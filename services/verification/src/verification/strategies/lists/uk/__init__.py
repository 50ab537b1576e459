"""The United Kingdom's list, as three CSV files: subjects, their names, their dates of birth."""

from verification.strategies.lists.uk.subjects import parse

__all__ = ["parse"]
