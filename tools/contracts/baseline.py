"""The promises already made: those committed in the working tree, and those of the branch this one started from."""

import io
import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tools.contracts.breaking import Promises, Schema
from tools.repository import EXAMPLES, ROOT, SCHEMAS, relative

_LIKELY_BASES = ("origin/HEAD", "origin/main", "main")


@dataclass(frozen=True)
class Baseline:
    """What stood at some point of history.

    Attributes:
        name: how people call that point.
        promises: the schemas of events.
        examples: the golden examples' bytes by file name.
    """

    name: str
    promises: Promises
    examples: dict[str, bytes]


def committed(schemas: Path = SCHEMAS) -> Promises:
    """The promises in the working tree, before anything is generated. Works in the shallowest clone."""
    files = schemas.glob("*.v*.json")
    return {path.stem: json.loads(path.read_text("utf-8")) for path in files}


def merge_base(root: Path = ROOT) -> Baseline | None:
    """Where this branch left the main one.

    None on the main branch itself (what is committed there is compared anyway), without enough history, or when nothing
    was promised there yet. `CONTRACTS_BASE` names another point to compare with: the release in production, say.
    """
    head = _git(root, "rev-parse", "HEAD")
    for ref in filter(None, (os.environ.get("CONTRACTS_BASE"), *_LIKELY_BASES)):
        base = _git(root, "merge-base", "HEAD", ref)
        if base is not None and base != head:
            name = base.decode().strip()
            return _at(root, name, f"{ref} ({name[:10]})")
    return None


def _at(root: Path, revision: str, name: str) -> Baseline | None:
    archive = _git(root, "archive", "--format=tar", revision, "--", relative(SCHEMAS), relative(EXAMPLES))
    if archive is None:
        return None
    promises: dict[str, Schema] = {}
    examples: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            path = Path(member.name)
            if file is None or path.suffix != ".json":
                continue
            if path.parent.name == EXAMPLES.name:
                examples[path.name] = file.read()
            elif ".v" in path.stem:
                promises[path.stem] = json.loads(file.read())
    return Baseline(name, promises, examples)


def _git(root: Path, *words: str) -> bytes | None:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
