"""A provider is begun with one command; what it writes keeps our form, and the suite says what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.repository import ROOT
from tools.scaffold.__main__ import main
from tools.scaffold.providers import PAYMENTS, REGISTRY, STRATEGIES, Refused, begin, listed

SUITE = PAYMENTS / "tests/contract/providers"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """As much of the repository as a provider lives in."""
    shutil.copytree(ROOT / PAYMENTS / "src", tmp_path / PAYMENTS / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "suite.py"):
        (tmp_path / SUITE).mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / SUITE / name, tmp_path / SUITE / name)
    return tmp_path


def python(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(at / PAYMENTS / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=at, env=environment, capture_output=True, text=True, check=False
    )


def test_a_provider_is_begun_with_everything_that_belongs_to_one(copy: Path) -> None:
    said = begin(copy, "acme")
    written = {str(file.relative_to(copy)) for file in copy.rglob("*acme*")}
    assert written == {
        str(STRATEGIES / "acme"),
        str(SUITE / "test_acme.py"),
        "tests-e2e/simulators/acme.py",
        "docs/providers/acme.md",
    }
    assert {file.name for file in (copy / STRATEGIES / "acme").iterdir()} == {
        "__init__.py", "codes.py", "deposits.py", "signature.py", "strategy.py",
    }  # fmt: skip
    for file in ("test_acme.py", "docs/providers/acme.md", "tests-e2e/simulators/acme.py"):
        assert file in said


def test_what_is_written_has_the_repositorys_form(copy: Path) -> None:
    begin(copy, "acme")
    files = [str(file) for file in copy.rglob("*.py") if "acme" in str(file) or file.name == "registry.py"]
    # Which modules are ours ruff finds out by looking; the copy has only some of them.
    for command in (["format", "--check"], ["check", "--ignore", "I001"]):
        said = python("-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), *files, at=copy)
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_suite_says_what_is_missing(copy: Path) -> None:
    begin(copy, "acme")
    test = str(SUITE / "test_acme.py")
    said = python(
        "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", test, at=copy
    )
    assert said.returncode == 1, said.stdout + said.stderr
    for missing in ("acme/deposits.py, parse_answer:", "test_acme.py, genuine:", "a provider says why it says no"):
        assert missing in said.stdout
    assert "ImportError" not in said.stdout


@pytest.mark.parametrize("name", ["", "a", "Acme", "a-b", "1st", "class", "registry", "x" * 31, "../up", "é1"])
def test_a_name_that_is_none_is_refused(copy: Path, name: str) -> None:
    before = sorted(copy.rglob("*"))
    with pytest.raises(Refused):
        begin(copy, name)
    assert sorted(copy.rglob("*")) == before


def test_a_provider_that_is_there_is_left_alone(copy: Path) -> None:
    with pytest.raises(Refused):
        begin(copy, "stripe")
    begin(copy, "acme")
    with pytest.raises(Refused):
        begin(copy, "acme")


def test_the_registry_stays_in_order() -> None:
    before = (ROOT / REGISTRY).read_text()
    after = listed(before, "acme")
    assert after.index(" Acme\n") < after.index(" Adyen\n")
    assert after.index("    Acme(),\n") < after.index("    Adyen(),\n")
    without = after.replace("from payments.strategies.providers.acme.strategy import Acme\n", "")
    assert without.replace("    Acme(),\n", "") == before


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["Not-a-name"]])
def test_the_command_says_how_it_is_used(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "make new-provider NAME=acme" in capsys.readouterr().err
