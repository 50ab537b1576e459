"""`python -m tools.secrets`: no secret enters the repository.

detect-secrets looks at every file that git knows or would add; nothing is sent anywhere. What it takes for a secret and
is none (a made-up password in a test, a word in a settings description) is in the baseline, by its hash. `--accept`
writes the baseline anew: read its difference before you commit it, and never accept a real one: change the secret.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

from tools.repository import ROOT, relative, tracked_files

BASELINE: Final = ROOT / ".secrets.baseline"

_NOT_READ: Final = (
    ".secrets.baseline",
    "package-lock.json",
    "/vectors/",
    "/generated/",
    "/contracts/examples/",
    ".pdf",
)
"""Hashes of packages, published test vectors (their keys are known to the world) and generated files."""

_DETECTORS: Final = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "Base64HighEntropyString",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "HexHighEntropyString",
    "JwtTokenDetector",
    "KeywordDetector",
    "NpmDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SlackDetector",
    "StripeDetector",
)
_OPTIONS: Final[dict[str, dict[str, Any]]] = {"Base64HighEntropyString": {"limit": 4.5}}
_FILTERS: Final = (
    "detect_secrets.filters.heuristic.is_indirect_reference",
    "detect_secrets.filters.heuristic.is_likely_id_string",
    "detect_secrets.filters.heuristic.is_not_alphanumeric_string",
    "detect_secrets.filters.heuristic.is_potential_uuid",
    "detect_secrets.filters.heuristic.is_sequential_string",
    "detect_secrets.filters.heuristic.is_templated_secret",
)
_ABOUT_WORDS: Final = ("BasicAuthDetector", "KeywordDetector")
"""They go by the words around a value. A made-up password is everyday in a test; a key or a token is not."""

Finding = tuple[str, str, str]
"""File, kind of secret, hash of the secret."""


def scan(files: list[Path], root: Path = ROOT) -> SecretsCollection:
    """Whatever looks like a secret in `files`."""
    found = SecretsCollection(root=str(root))
    names = [path.relative_to(root).as_posix() for path in files]
    for words in (True, False):
        with transient_settings(_settings(words)):
            found.scan_files(*(name for name in names if words_matter(name) is words))
    return found


def words_matter(name: str) -> bool:
    """Whether a word like `password` beside a value gives a secret away: not in tests, columns and error codes."""
    return not (
        name.startswith("tests-e2e/") or any(part in name for part in ("/tests/", "/migrations/", "/errors.py"))
    )


def _settings(words: bool) -> dict[str, Any]:
    detectors = [name for name in _DETECTORS if words or name not in _ABOUT_WORDS]
    return {
        "plugins_used": [{"name": name, **_OPTIONS.get(name, {})} for name in detectors],
        "filters_used": [{"path": path} for path in _FILTERS],
    }


def accepted(text: str) -> dict[Finding, int]:
    """What a baseline has accepted, with the line at which it stood then."""
    results = json.loads(text)["results"]
    return {
        (file, one["type"], one["hashed_secret"]): one["line_number"]
        for file, found in results.items()
        for one in found
    }


def _as_text(found: SecretsCollection) -> str:
    with transient_settings(_settings(words=True)):
        content = baseline.format_for_output(found)
    results = {
        file: [{**one, "filename": file} for one in ones]  # Relative: the baseline is the same on every machine.
        for file, ones in content["results"].items()
    }
    content = {"version": content["version"], "results": results}
    return json.dumps(content, indent=2) + "\n"


def main() -> int:
    """1 when there is something that looks like a secret and is not in the baseline."""
    parser = argparse.ArgumentParser(prog="python -m tools.secrets", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="write the baseline anew from what is there")
    accept = parser.parse_args().accept
    files = [path for path in tracked_files() if not any(part in relative(path) for part in _NOT_READ)]
    text = _as_text(scan(files))
    if accept:
        BASELINE.write_text(text, "utf-8")
        return 0
    known = accepted(BASELINE.read_text("utf-8"))
    new = {finding: line for finding, line in accepted(text).items() if finding not in known}
    for (file, kind, _), line in sorted(new.items()):
        print(f"{file}:{line}: this looks like a secret ({kind})")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
