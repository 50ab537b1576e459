"""`python -m reports`; see chassis.cli."""

from chassis.cli import run
from reports.main import build

if __name__ == "__main__":
    run(build)
