"""`python -m tools.fraud_rules [--check]`: the page of the rules against fraud, `docs/fraud-rules.md`.

Made from the catalogue, the features and the operators. `--check` fails when the committed page is older than they are.
"""

import argparse
import sys
from typing import Final

from payments.domain.fraud.handbook import handbook
from tools.repository import ROOT

PAGE: Final = ROOT / "docs" / "fraud-rules.md"


def main() -> int:
    """1 when the page is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    if parser.parse_args().check:
        return 0 if PAGE.exists() and PAGE.read_text() == handbook() else 1
    PAGE.write_text(handbook())
    return 0


if __name__ == "__main__":
    sys.exit(main())
