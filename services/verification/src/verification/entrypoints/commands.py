"""What `python -m verification` understands beside what every service does."""

import sys
import time
from argparse import ArgumentParser, Namespace
from importlib.resources import as_file, files
from pathlib import Path

from chassis.command import Command, command
from chassis.runtime import Service
from verification.application.listed import BadList
from verification.application.lists import Imported, ListImport
from verification.application.ports import Screener
from verification.strategies.lists.registry import FORMATS

DEMO = "demo"
"""Instead of a file: the small list of invented people that ships with the service."""

_REFUSED = 1


def _a_list(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=list(FORMATS))
    parser.add_argument("file", help=f"the list; for `uk` the file of subjects, or `{DEMO}` for invented people")
    parser.add_argument("--version", help="the publisher's mark; of the file's content unless given")
    parser.add_argument("--allow-shrink", action="store_true", help="accept a list that lost half of its entries")


@command(_a_list)
async def import_list(service: Service, options: Namespace) -> int:
    """Put a sanctions list in force; exit status 1 when it is refused."""
    lists: ListImport = service.state["list_import"]
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


def report(imported: Imported) -> str:
    """What an import did, in a line."""
    listed, changes = imported.listed, imported.changes
    if changes is None:
        return f"{listed.kind}: this file is in force already as version {listed.version}; nothing changed."
    return (
        f"{listed.kind} {listed.version} is in force: {changes.entries} entries with {changes.names} names "
        f"({changes.added} added, {changes.changed} changed, {changes.removed} removed). Every player is compared anew."
    )


def _names(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="UTF-8 text, a name per line")


@command(_names)
async def try_names(service: Service, options: Namespace) -> int:
    """Look names of a file up in the lists in force, and say how long that took; nothing is recorded."""
    screener: Screener = service.state["screener"]
    names = _lines(options.file)
    started = time.perf_counter()
    index = await screener.current()
    built_s = time.perf_counter() - started
    took_ms, alerts = [], 0
    for name in names:
        started = time.perf_counter()
        alerts += bool(index.matcher.match(name, None))
        took_ms.append((time.perf_counter() - started) * 1000)
    if not took_ms or not index.lists:
        print("there are no names, or no list is in force", file=sys.stderr)  # noqa: T201
        return _REFUSED
    took_ms.sort()
    p50, p99 = (took_ms[int(len(took_ms) * part)] for part in (0.50, 0.99))
    print(  # noqa: T201
        f"{', '.join(index.lists)}: index ready in {built_s:.2f} s; {len(took_ms)} names, "
        f"p50 {p50:.2f} ms, p99 {p99:.2f} ms, {alerts / len(took_ms):.2%} of them like somebody"
    )
    return 0


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


COMMANDS: dict[str, Command] = {"import-list": import_list, "try-names": try_names}
