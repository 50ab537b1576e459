"""`python -m gateway`; see gateway.command."""

from gateway.command import run

if __name__ == "__main__":
    run()
