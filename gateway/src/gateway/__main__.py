"""`python -m gateway`."""

from gateway.command import run

run()
