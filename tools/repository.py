"""Where things are in the repository, for every tool."""

import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CONTRACTS: Final = ROOT / "shared-contracts" / "src" / "contracts"
GENERATED: Final = CONTRACTS / "generated"
SCHEMAS: Final = GENERATED / "schemas"
EXAMPLES: Final = CONTRACTS / "examples"


def relative(path: Path) -> str:
    """The path as people write it: from the root, with slashes."""
    return path.resolve().relative_to(ROOT).as_posix()


def tracked_files() -> list[Path]:
    """Every file git knows or would add: what is ignored is nobody's concern."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = {ROOT / name for name in listed.stdout.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def python_files() -> list[Path]:
    """Every Python file of the repository."""
    return [path for path in tracked_files() if path.suffix == ".py"]
