"""`python -m tools.sizes`: nothing grows past what a reader takes in.

A service file of 166 kB is what a missing limit costs: imports in all directions, and nobody who knows it whole.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.repository import python_files, relative

MOST_LINES_OF_A_FUNCTION = 70
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_MAIN = 80


def too_large(path: str, text: str) -> Iterator[str]:
    """What in the file is over its limit."""
    lines = len(text.splitlines())
    limit = MOST_LINES_OF_A_MAIN if _is_composition_root(path) else MOST_LINES_OF_A_FILE
    if lines > limit:
        yield f"{path}: {lines} lines, at most {limit}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            length = (node.end_lineno or first) - first + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                yield f"{path}:{first}: {node.name} has {length} lines, at most {MOST_LINES_OF_A_FUNCTION}"


def _is_composition_root(path: str) -> bool:
    return Path(path).name == "main.py" and "src" in Path(path).parts


def main() -> int:
    """1 when something is too large."""
    # A migration is a list of statements, read once and never changed: its length says nothing.
    files = [path for path in python_files() if path.parent.name != "versions"]
    found = [one for path in files for one in too_large(relative(path), path.read_text("utf-8"))]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
