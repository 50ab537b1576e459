"""CI lets nothing be skipped."""

import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = {
    "by a mark": "@pytest.mark.skip(reason='no tool')\ndef test_it(): pass",
    "by a condition": "@pytest.mark.skipif(True, reason='no tool')\ndef test_it(): pass",
    "by a fixture": "@pytest.fixture\ndef tool(): pytest.skip('no tool')\ndef test_it(tool): pass",
    "in the middle": "def test_it(): pytest.skip('no tool')",
    "as a module": "pytest.skip('no tool', allow_module_level=True)",
}


def run(folder: Path, text: str, no_skip: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_something.py").write_text(f"import pytest\n\n{text}\n\ndef test_that_runs(): pass\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pitlocal.no_skips", "-p", "no:cacheprovider", str(folder)]
    environment = {"CI_NO_SKIP": no_skip, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


@pytest.mark.parametrize("text", SKIPPED.values(), ids=SKIPPED.keys())
def test_a_skip_fails_where_none_is_allowed(tmp_path: Path, text: str) -> None:
    strict = run(tmp_path, text, "1")
    assert strict.returncode != 0
    assert "lets nothing be skipped, and this was: " in strict.stdout
    assert "no tool" in strict.stdout
    assert run(tmp_path, text, "").returncode in (0, 5)  # 5: pytest ran nothing, since the module was skipped.


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    assert run(tmp_path, "@pytest.mark.xfail\ndef test_it(): assert False", "1").returncode == 0
