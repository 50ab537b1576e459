"""`python -m tools.scaffold NAME`: the beginning of a payment provider (`make new-provider NAME=acme`)."""

import sys

from tools.repository import ROOT
from tools.scaffold.providers import Refused, begin

USAGE = "Name the provider: make new-provider NAME=acme"


def main(arguments: list[str]) -> int:
    """Write the files and say what is to be done; 2 when there is no such name to be had."""
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        print(begin(ROOT, arguments[0]))
    except Refused as refusal:
        print(f"{refusal} {USAGE}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
