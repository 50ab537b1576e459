"""`python -m backoffice`."""

from backoffice.main import build
from chassis.cli import run

run(build)
