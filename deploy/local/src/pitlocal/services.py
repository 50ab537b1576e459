"""Which programs make up the product, in the order they are started, and what each is told by its environment."""

import base64
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pitlocal.paths import LOCAL, REPOSITORY

BUS = "bus"
"""The database (and role) of the PostgreSQL event log, which every service writes to and reads from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One package that runs as `python -m <name> serve`.

    Attributes:
        name: package, database and role.
        has_database: has `migrate` and a database of its own.
        called_by_partners: at `/partner/`, where elsewhere an ingress leads past the gateway. There is none here, so
            partners are told its own address.
    """

    name: str
    has_database: bool = True
    called_by_partners: bool = False


SECURITY = Program(name="security")
GATEWAY = Program(name="gateway", has_database=False)
PROGRAMS: tuple[Program, ...] = (
    SECURITY,
    Program(name="backoffice"),
    Program(name="verification"),
    Program(name="payments", called_by_partners=True),
    Program(name="games", called_by_partners=True),
    Program(name="reports"),
    GATEWAY,
)
"""Everything, in start order. No service waits for another; the order only makes the first second quieter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What an installation must not share with another: made once per run folder, kept in a file of mode 600."""

    master_key: str
    internal_key: str
    passwords: Mapping[str, str]


def load_secrets(folder: Path, roles: Iterable[str]) -> Secrets:
    """The run folder's secrets, made at the first call; roles that are new get a password."""
    path = folder / "secrets.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    found = Secrets(
        master_key=known.get("master_key") or base64.b64encode(secrets.token_bytes(32)).decode(),
        internal_key=known.get("internal_key") or secrets.token_urlsafe(48),
        passwords={role: known.get("passwords", {}).get(role) or secrets.token_urlsafe(24) for role in roles},
    )
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(asdict(found), indent=2))
    return found


def common_environment(own: Secrets, urls: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What all programs are told: each other's addresses, the shared keys, and little of this machine."""
    inherited = ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "LOG_LEVEL", "OTLP_ENDPOINT")
    return {
        **{name: os.environ[name] for name in inherited if name in os.environ},
        **{f"{name.upper()}_URL": url for name, url in urls.items()},
        "PYTHONUNBUFFERED": "1",
        # The working folder holds folders named like packages (gateway, tools): they must not be imported.
        "PYTHONSAFEPATH": "1",
        "HOST": "127.0.0.1",
        "INTERNAL_KEY": own.internal_key,
        "LOG_FORMAT": "json",
        "PUBLIC_BASE_URL": urls.get(GATEWAY.name, "http://127.0.0.1:8000"),
        "SHUTDOWN_GRACE_S": "10",
        "FILES_URL": f"file://{folder / 'files'}",
        # An example of rates, for trying things out, however old it is.
        "RATES_FILE": str(REPOSITORY / "deploy" / "rates" / "eurofxref-daily.xml"),
        "RATES_OLDEST_DAYS": "36500",
        # Simulators of partners run beside the product, on ports that are not known yet.
        "PARTNER_HOSTS": "http://127.0.0.1:*",
    }


def run_folder(run: str) -> Path:
    """`.local/<run>`."""
    return LOCAL / run
