"""The United Kingdom's list, as three CSV files: subjects, their names, their dates of birth."""

from verification.strategies.lists.uk.subjects import files, parse

__all__ = ["files", "parse"]
