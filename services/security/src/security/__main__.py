"""`python -m security`."""

from chassis.cli import run
from security.main import build

run(build)
