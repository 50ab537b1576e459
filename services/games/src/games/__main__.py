"""`python -m games`; see chassis.cli."""

from chassis.cli import run
from games.main import build

if __name__ == "__main__":
    run(build)
