"""`python -m verification serve|migrate|rebuild|replay-dlq|openapi|import-list`."""

from chassis.cli import run
from verification.main import build

run(build)
