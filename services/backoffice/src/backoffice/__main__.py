"""`python -m backoffice`; see chassis.cli."""

from backoffice.main import build
from chassis.cli import run

if __name__ == "__main__":
    run(build)
