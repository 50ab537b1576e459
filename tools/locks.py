"""`python -m tools.locks`: what pins versions names no address, so that a clone installs from whatever it can reach."""

import json
import re
import sys
from collections.abc import Iterator

from tools.repository import relative, tracked_files

_PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.+!_-]+")


def mistakes(path: str, text: str) -> Iterator[str]:
    """What is wrong in a file that pins versions."""
    name = path.rsplit("/", 1)[-1]
    if name == "package-lock.json":
        for package, facts in json.loads(text)["packages"].items():
            if "resolved" in facts:
                yield f"{path}: {package} names an address (npm's omit-lockfile-registry-resolved leaves it out)"
    if name in {"constraints.txt", "requirements-dev.txt"}:
        for number, line in enumerate(text.splitlines(), start=1):
            said = line.split("#")[0].strip()
            if "://" in said or said.startswith("-"):
                yield f"{path}:{number}: an address or an option of pip: {said}"
            elif name == "constraints.txt" and said and not _PINNED.fullmatch(said):
                yield f"{path}:{number}: not pinned: {said}"


def main() -> int:
    """1 when a lock file names an address or leaves a version open."""
    found = [
        one
        for path in tracked_files()
        if path.suffix in {".json", ".txt"}
        for one in mistakes(relative(path), path.read_text("utf-8"))
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
