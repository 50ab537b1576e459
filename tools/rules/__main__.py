"""`python -m tools.rules` checks every Python file of the repository; `--list` tells the rules and their incidents."""

import argparse
import sys
import textwrap

from tools.repository import python_files, relative
from tools.rules.catalogue import RULES, violations
from tools.rules.source import Source


def main() -> int:
    """1 when a rule is broken."""
    parser = argparse.ArgumentParser(prog="python -m tools.rules", description=__doc__)
    parser.add_argument("--list", action="store_true", help="tell every rule with the incident it prevents")
    if parser.parse_args().list:
        for rule in sorted(RULES.values(), key=lambda one: one.name):
            print(rule.name, textwrap.fill(rule.incident, 100, initial_indent="  ", subsequent_indent="  "), sep="\n")
        return 0
    found = [
        str(violation)
        for path in python_files()
        for violation in violations(Source(relative(path), path.read_text("utf-8")))
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
