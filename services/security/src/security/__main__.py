"""`python -m security`; see chassis.cli."""

from chassis.cli import run
from security.main import build

if __name__ == "__main__":
    run(build)
