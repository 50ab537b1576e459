"""`python -m pitlocal.command SERVICE ARGUMENT...`: a service's own command on the stack that runs now.

It finds the environment that the running stack (`make demo`, `make up`) gave to that service. With several running,
RUN names one.
"""

import json
import os
import sys
from pathlib import Path

from pitlocal.paths import LOCAL
from pitlocal.services import PROGRAMS

FILE = "environments.json"


def publish(folder: Path, environments: dict[str, dict[str, str]]) -> None:
    """Leave the programs' environments, with their secrets, where only this user can read them."""
    path = folder / FILE
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(environments, indent=2))


def withdraw(folder: Path) -> None:
    """The stack has ended: its addresses mean nothing any more."""
    (folder / FILE).unlink(missing_ok=True)


def find(runs: list[Path]) -> Path:
    """The one run that is meant, or the end of this program."""
    if len(runs) == 1:
        return runs[0]
    if not runs:
        sys.exit("Nothing is running; `make up` or `make demo` starts it.")
    sys.exit(f"Several are running; RUN= names one of: {', '.join(run.parent.name for run in runs)}")


def main(arguments: list[str]) -> None:
    """Become `python -m SERVICE ARGUMENT...` with the service's environment."""
    if not arguments:
        sys.exit(__doc__)
    if arguments[0] == "rebuild":
        services = ", ".join(program.name for program in PROGRAMS if program.has_database)
        sys.exit(f"SERVICE is missing: make rebuild SERVICE=payments NAME=withdrawal_list. The services: {services}.")
    chosen = os.environ.get("RUN") or "*"
    environments = json.loads(find(sorted(LOCAL.glob(f"{chosen}/{FILE}"))).read_text())
    if arguments[0] not in environments:
        sys.exit(f"There is no {arguments[0]!r}; there are {', '.join(environments)}.")
    os.execve(sys.executable, [sys.executable, "-m", *arguments], environments[arguments[0]])


if __name__ == "__main__":
    main(sys.argv[1:])
