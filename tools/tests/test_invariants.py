"""docs/invariants.md names tests that are there, and leaves no invariant without one."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/.-]+\.py)::(test_\w+)`", DOCUMENT)))


def test_every_test_that_is_named_is_there() -> None:
    missing = [f"{path}::{test}" for path, test in NAMED if f"def {test}(" not in _text(path)]
    assert not missing


def test_every_invariant_has_a_test() -> None:
    rows = dict(re.findall(r"^\| (I\d+) \|(.*)$", DOCUMENT, flags=re.MULTILINE))
    assert list(rows) == [f"I{number}" for number in range(1, 15)]
    assert not [name for name, row in rows.items() if "::test_" not in row]


def _text(path: str) -> str:
    known = (ROOT / path, ROOT / "services" / "payments" / "tests" / path)
    return next((one.read_text(encoding="utf-8") for one in known if one.is_file()), "")
