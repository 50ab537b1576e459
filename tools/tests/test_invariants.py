"""docs/invariants.md names tests that are there, and leaves no invariant and no edge case without one."""

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


def test_every_edge_case_is_a_test_named_after_it() -> None:
    rows = re.findall(
        r"^\| (\D[^|]+) \| `component/payment/test_edge_cases\w*\.py::(test_\w+)` \|", DOCUMENT, re.MULTILINE
    )
    assert len(rows) == 16
    assert [test for _, test in rows] == ["test_" + re.sub(r"\W+", "_", case.lower()) for case, _ in rows]


def _text(path: str) -> str:
    known = (ROOT / path, ROOT / "services" / "payments" / "tests" / path)
    return next((one.read_text(encoding="utf-8") for one in known if one.is_file()), "")
