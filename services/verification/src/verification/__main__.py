"""`python -m verification`; see chassis.cli."""

from chassis.cli import run
from verification.main import build

if __name__ == "__main__":
    run(build)
