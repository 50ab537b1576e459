"""`python -m verification import-list <kind> <file> [--version V] [--allow-shrink]`."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from chassis.runtime import Service
from verification.application.listed import BadList
from verification.application.lists import Imported, ListImport

DEMO = "demo"
"""Instead of a file: the small list of invented people that ships with the service."""

_REFUSED = 1


def import_list(lists: ListImport, kinds: Sequence[str]) -> Callable[[Service, Sequence[str]], Awaitable[int]]:
    """The command `import-list`."""

    async def command(_: Service, arguments: Sequence[str]) -> int:
        """put a sanctions list in force"""
        options = _parse(kinds, arguments)
        try:
            if options.file == DEMO:
                with as_file(files("verification") / "data" / "demo_sdn.csv") as path:
                    imported = await lists.run(options.kind, path, options.version or DEMO, allow_shrink=True)
            else:
                path = Path(options.file)
                imported = await lists.run(options.kind, path, options.version, allow_shrink=options.allow_shrink)
        except BadList as refusal:
            print(f"{options.kind}: nothing changed. {refusal}", file=sys.stderr)  # noqa: T201
            return _REFUSED
        print(report(imported))  # noqa: T201
        return 0

    return command


def report(imported: Imported) -> str:
    """What an import did, in a line."""
    listed, changes = imported.listed, imported.changes
    if changes is None:
        return f"{listed.kind}: this file is in force already as version {listed.version}; nothing changed."
    return (
        f"{listed.kind} {listed.version} is in force: {changes.entries} entries with {changes.names} names "
        f"({changes.added} added, {changes.changed} changed, {changes.removed} removed). Every player is compared anew."
    )


def _parse(kinds: Sequence[str], arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verification import-list")
    parser.add_argument("kind", choices=list(kinds))
    parser.add_argument("file", help=f"the list; for `uk` the file of subjects, or `{DEMO}` for invented people")
    parser.add_argument("--version", help="the publisher's mark; of the file's content unless given")
    parser.add_argument("--allow-shrink", action="store_true", help="accept a list that lost half of its entries")
    return parser.parse_args(list(arguments))
