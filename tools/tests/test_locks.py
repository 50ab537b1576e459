"""Files that pin versions name no address."""

import json

import pytest

from tools.locks import mistakes


def lock(**facts: str) -> str:
    return json.dumps({"packages": {"": {}, "node_modules/a": {"version": "1.0.0", **facts}}})


def test_an_npm_lock_with_an_address_is_found() -> None:
    assert list(mistakes("console/package-lock.json", lock(integrity="sha512-x"))) == []
    assert len(list(mistakes("console/package-lock.json", lock(resolved="somewhere")))) == 1


@pytest.mark.parametrize("line", ["a==1.0", "uvicorn==0.54.0  # why", "# only words", "", "certifi==2026.10.19.post1"])
def test_a_pinned_version_is_fine(line: str) -> None:
    assert list(mistakes("constraints.txt", line)) == []


@pytest.mark.parametrize("line", ["a>=1", "a", "a @ https://example.org/a.whl", "--index-url https://example.org"])
def test_an_address_or_an_open_version_is_found(line: str) -> None:
    assert len(list(mistakes("constraints.txt", line))) == 1


def test_requirements_leave_the_versions_to_the_constraints() -> None:
    assert list(mistakes("requirements-dev.txt", "ruff")) == []
    assert len(list(mistakes("requirements-dev.txt", "-i https://example.org"))) == 1
