"""`python -m reports`."""

from chassis.cli import run
from reports.main import build

run(build)
