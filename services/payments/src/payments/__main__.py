"""`python -m payments`; see chassis.cli."""

from chassis.cli import run
from payments.main import build

if __name__ == "__main__":
    run(build)
