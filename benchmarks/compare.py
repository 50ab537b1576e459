"""The trend of every benchmark on this machine: `make bench-compare`.

Each line is a run: when, which commit, the value and, with a baseline, what it was measured against. Runs on a busy
machine say so by their load; compare like with like.
"""

import json
from itertools import groupby
from typing import Any

from common import RESULTS, say

_SHOWN = 12


def main() -> None:
    """Print the last runs of each benchmark, oldest first."""
    if not RESULTS.exists():
        say("Nothing was measured here yet: make bench")
        return
    runs = [json.loads(line) for line in RESULTS.read_text().splitlines() if line]
    for bench, group in groupby(sorted(runs, key=lambda run: (run["bench"], run["at"])), key=lambda run: run["bench"]):
        last = list(group)[-_SHOWN:]
        print(f"\n{bench} (goal {last[-1]['goal']} {last[-1]['unit']}, {last[-1]['better']} is better)")
        for before, run in zip([None, *last], last, strict=False):
            print(f"  {_line(run, before)}")


def _line(run: dict[str, Any], before: dict[str, Any] | None) -> str:
    change = "" if before is None or not before["value"] else f"{run['value'] / before['value'] - 1:+.0%}"
    measured = "" if isinstance(run["measured"], dict) else f"{run['measured']} "
    against = f"{measured}against {run['baseline']} ({run['baseline_name']})" if "baseline" in run else ""
    machine = run["machine"]
    return (
        f"{run['at']}  {run['commit']:<12} {run['value']:>10,} {run['unit']:<3} {change:>6}  {against}  "
        f"[{machine['cpus']} cpus, load {machine['load_1min']}]"
    )


if __name__ == "__main__":
    main()
