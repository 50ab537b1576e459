"""The gateway's command line."""

import argparse
import sys
from collections.abc import Sequence

from chassis.command import ExactParser
from chassis.logging import configure_logging
from chassis.settings import load
from gateway.main import build
from gateway.routes import load_openapi
from gateway.settings import Settings
from gateway.supervisor import Supervisor
from gateway.worker import work


def run(arguments: Sequence[str] | None = None) -> None:
    """`python -m gateway serve|openapi`."""
    parser = ExactParser(prog="python -m gateway")
    parser.add_argument("command", choices=("serve", "openapi"))
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--line", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.command == "openapi":
        sys.stdout.buffer.write(load_openapi())
        return
    settings = load(Settings)
    configure_logging(settings, "gateway")
    if options.worker is None:
        sys.exit(Supervisor(settings).run())
    work(build(settings.model_copy(update={"metrics_port": None})), settings, options.worker, options.line)
