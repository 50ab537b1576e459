"""The composition's way in on this machine, for tests: `python -m pitlocal.edge` is its nginx at PORT.

PAYMENTS_URL, GAMES_URL and GATEWAY_URL say where the services are, FOLDER where it keeps its files.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pitlocal.paths import REPOSITORY

EDGE = (REPOSITORY / "deploy" / "compose" / "edge.conf").read_text()

SERVICES = ("payments", "games", "gateway")
"""What it leads to."""

_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""


def nginx(folder: Path, port: int, addresses: Mapping[str, str], server: str = EDGE) -> list[str]:
    """The command that runs it, in front of these services (`host:port` by name)."""
    for there, here in {
        "listen 8080;": f"listen 127.0.0.1:{port};",
        **{f"{name}:8000": address for name, address in addresses.items()},
    }.items():
        assert there in server, there
        server = server.replace(there, here)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, server=server))
    return ["nginx", "-p", str(folder), "-c", str(config)]


def main() -> None:
    """Become it."""
    folder = Path(os.environ["FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    addresses = {name: urlsplit(os.environ[f"{name.upper()}_URL"]).netloc for name in SERVICES}
    command = nginx(folder, int(os.environ["PORT"]), addresses)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
