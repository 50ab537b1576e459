"""Prints what the given distributions need from others, one requirement a line: third_party.py FOLDER..."""

import sys
import tomllib
from pathlib import Path

OURS = "pitboss-"


def needed(folders: list[str]) -> list[str]:
    """The third-party requirements of all the folders' pyproject.toml."""
    found = {
        requirement
        for folder in folders
        for requirement in tomllib.loads((Path(folder) / "pyproject.toml").read_text())["project"]["dependencies"]
        if not requirement.startswith(OURS)
    }
    return sorted(found)


if __name__ == "__main__":
    print(*needed(sys.argv[1:]), sep="\n")
