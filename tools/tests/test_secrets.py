"""What looks like a secret is found, what was accepted is not found again."""

import json
from pathlib import Path

import pytest
from detect_secrets.core import baseline

from tools.repository import ROOT
from tools.secrets import BASELINE, accepted, scan

KEY = "-----BEGIN RSA PRIVATE KEY-----\n"
WORDS = 'password = "correct-horse-battery"\n'
TOKEN = 'token = "ghp_' + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx" + '"\n'


def kinds(tmp_path: Path, name: str, text: str) -> set[str]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return {one.type for _, one in scan([path], tmp_path)}


@pytest.mark.parametrize("name", ["services/games/src/games/main.py", "services/games/tests/test_main.py"])
def test_keys_and_tokens_are_found_everywhere(tmp_path: Path, name: str) -> None:
    assert kinds(tmp_path, name, KEY) == {"Private Key"}
    assert "GitHub Token" in kinds(tmp_path, name, TOKEN)


def test_a_password_is_found_in_a_service_and_let_be_in_a_test(tmp_path: Path) -> None:
    assert kinds(tmp_path, "services/games/src/games/main.py", WORDS) == {"Secret Keyword"}
    assert kinds(tmp_path, "services/games/tests/test_main.py", WORDS) == set()


def test_what_a_baseline_accepted_is_known_by_file_kind_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text(KEY)
    text = json.dumps(baseline.format_for_output(scan([path], tmp_path)))
    ((file, kind, _),) = accepted(text)
    assert (file, kind) == ("key.pem", "Private Key")


def test_the_baseline_names_no_folder_of_this_machine() -> None:
    assert str(ROOT) not in BASELINE.read_text("utf-8")
