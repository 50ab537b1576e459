"""The codes with which reports refuses by its own rules: report jobs and their files."""

from enum import StrEnum


class ReportsError(StrEnum):
    """Stable; see `contracts.errors`."""
