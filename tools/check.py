"""`python -m tools.check`: everything that can be said about the code without running it, one line per gate.

Only what fails prints more than its line. Names of gates as arguments run these alone: `python -m tools.check types`.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.repository import ROOT

_BIN = Path(sys.executable).parent
_PACKAGES = ("shared-contracts", "shared-chassis", "services", "gateway", "deploy/local", "tools")
_LATER_PACKAGES = ("tests-e2e", "benchmarks")
_AT_ONCE = 2


@dataclass(frozen=True)
class Gate:
    """One thing to check.

    Attributes:
        name: what to call it on the command line.
        command: a program of the virtual environment or a module (`-m name`), with its arguments.
        proves: what a green gate means.
    """

    name: str
    command: tuple[str, ...]
    proves: str


@dataclass(frozen=True)
class Outcome:
    """What became of a gate."""

    gate: Gate
    passed: bool
    output: str
    seconds: float


def _typed() -> tuple[str, ...]:
    later = [name for name in _LATER_PACKAGES if any((ROOT / name).rglob("*.py"))]
    return (*_PACKAGES, *later)


GATES: Final = (
    Gate("types", ("mypy", *_typed()), "mypy --strict holds over all packages and their tests"),
    Gate("migrations", ("-m", "tools.migrations"), "each service's migrations make the tables its code declares"),
    Gate("secrets", ("-m", "tools.secrets"), "nothing looks like a secret"),
    Gate("format", ("ruff", "format", "--check", "--quiet", "."), "every file is formatted"),
    Gate("lint", ("ruff", "check", "--quiet", "--output-format=concise", "."), "ruff finds nothing"),
    Gate("imports", ("lint-imports", "--no-logo"), "layers, pure domains, services that do not know each other"),
    Gate("sizes", ("-m", "tools.sizes"), "functions, files and composition roots stay small"),
    Gate("rules", ("-m", "tools.rules"), "the project's own rules are kept"),
    Gate("contracts", ("-m", "tools.contracts", "--check"), "no promise is broken, what is generated is current"),
    Gate("readmes", ("-m", "tools.service_readme", "--check"), "every README tells the service's events as they are"),
    Gate("gateway", ("-m", "tools.gateway", "--check"), "the gateway's routes are those of the services"),
    Gate("matrix", ("-m", "tools.access_matrix", "--check"), "who comes in where is as it was reviewed"),
    Gate("lists", ("-m", "tools.lists", "--check"), "the page of all lists is current"),
    Gate("states", ("-m", "tools.states", "--check"), "the page of what may happen to a payment is current"),
    Gate("locks", ("-m", "tools.locks"), "what pins versions names no address"),
)


def run(gate: Gate) -> Outcome:
    """Run one gate in a process of its own."""
    program, *rest = gate.command
    command = [sys.executable, program, *rest] if program == "-m" else [str(_BIN / program), *rest]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Outcome(gate, done.returncode == 0, (done.stdout + done.stderr).strip(), time.monotonic() - started)


def main(arguments: Sequence[str] | None = None) -> int:
    """1 when a gate fails."""
    names = [gate.name for gate in GATES]
    parser = argparse.ArgumentParser(prog="python -m tools.check", description=__doc__)
    parser.add_argument("gates", nargs="*", metavar="GATE", help=f"of {', '.join(names)}; all by default")
    chosen = parser.parse_args(arguments).gates
    if unknown := set(chosen) - set(names):
        parser.error(f"there is no gate {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    outcomes = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(run, gate) for gate in GATES if not chosen or gate.name in chosen]
        for future in as_completed(waiting):
            outcomes.append(future.result())
            print(_line(outcomes[-1]), flush=True)
    return _summary(outcomes)


def _line(outcome: Outcome) -> str:
    word = "ok    " if outcome.passed else "FAILED"
    return f"{word} {outcome.gate.name:<11} {outcome.seconds:6.1f} s  {outcome.gate.proves}"


def _summary(outcomes: list[Outcome]) -> int:
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n== {outcome.gate.name}\n{outcome.output}")
    print(f"\n{len(outcomes) - len(failed)} gates passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
