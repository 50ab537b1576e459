"""`python -m simulators`: everything in one process, on HOST and PORT of the environment.

GAMES_URL and PAYMENTS_URL say where an ingress would send what partners call below `/partner/...`.
"""

import logging
import os

from aiohttp import web

from simulators.app import World, build_app


def main() -> None:
    """Serve until SIGTERM."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8090"))
    world = World(
        own_url=f"http://{host}:{port}", games_url=os.environ["GAMES_URL"], payments_url=os.environ["PAYMENTS_URL"]
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    web.run_app(build_app(world), host=host, port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
