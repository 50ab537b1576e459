"""The United States' lists, as OFAC's legacy CSV files: SDN.CSV and ALT.CSV."""

from verification.strategies.lists.ofac.alt import parse as parse_alt
from verification.strategies.lists.ofac.sdn import parse as parse_sdn

__all__ = ["parse_alt", "parse_sdn"]
