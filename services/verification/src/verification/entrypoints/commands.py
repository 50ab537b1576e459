"""`python -m verification import-list <kind> <file> [--version V] [--allow-shrink]` and `try-names <file>`."""

import argparse
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from chassis.runtime import Service
from verification.application.listed import BadList
from verification.application.lists import Imported, ListImport
from verification.application.ports import Screener

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


def try_names(screener: Screener) -> Callable[[Service, Sequence[str]], Awaitable[int]]:
    """The command `try-names`: nothing is recorded, nobody is told."""

    async def command(_: Service, arguments: Sequence[str]) -> int:
        """look names of a file up in the lists in force, and say how long that took"""
        parser = argparse.ArgumentParser(prog="python -m verification try-names")
        parser.add_argument("file", type=Path, help="UTF-8 text, a name per line")
        names = _lines(parser.parse_args(list(arguments)).file)
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

    return command


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
