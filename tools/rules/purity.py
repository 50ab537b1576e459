"""The domain is a pure function of what it is given."""

import sys
from collections.abc import Iterator

from tools.rules.rule import Found, rule
from tools.rules.source import Source

_AMBIENT = (
    "chassis.domain.SystemClock",
    "chassis.domain.clock.SystemClock",
    "chassis.domain.ids.uuid7",
    "chassis.domain.uuid7",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.urandom",
    "time.monotonic",
    "time.perf_counter",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
)
_AMBIENT_MODULES = ("random", "secrets")

_OUTSIDE = {
    "asyncio",
    "concurrent",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "select",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "urllib",
}
"""The parts of the standard library that reach out of the process, or wait."""


@rule(
    "domain-takes-time-and-ids",
    incident="A decision retried after a version conflict made a second id for the same payout; a test of a limit that"
    " loosens after 24 hours passed all day and failed at midnight. Time and ids come in with the command.",
    applies=lambda source: source.in_domain,
)
def _ambient(source: Source) -> Iterator[Found]:
    for call in source.calls():
        name = source.full_name(call.func)
        if name in _AMBIENT or name.split(".")[0] in _AMBIENT_MODULES:
            yield call, f"{name}() makes the decision depend on more than its command and state"


@rule(
    "domain-imports-nothing",
    incident="An aggregate that imported its table could not be tested without a database, and a schema change moved"
    " the rules. A domain imports the standard library's pure parts, chassis.domain and itself.",
    applies=lambda source: source.in_domain or (source.package == "chassis" and source.inside[:1] == ("domain",)),
)
def _impure_imports(source: Source) -> Iterator[Found]:
    chassis = source.package == "chassis"
    own = "chassis.domain" if chassis else f"{source.package}.domain"
    clocks_and_ids = {"random", "secrets", "os"} if chassis else set()
    for statement, name in source.imported:
        root = name.split(".")[0]
        pure = root in sys.stdlib_module_names and root not in _OUTSIDE - clocks_and_ids
        if not pure and not f"{name}.".startswith((f"{own}.", "chassis.domain.")):
            yield statement, f"{name} is not for a domain"


_HOP = ("adapters", "application", "entrypoints")


@rule(
    "no-httpx-on-the-hot-path",
    incident="httpx answered 200 to 400 proxied requests a second where aiohttp answered 3,500, with a p99 of 0.6 s"
    " (its pool rescans every connection under concurrency). The gateway and the wallet hop use the fast client.",
    applies=lambda source: source.package == "gateway" or _is_wallet_hop(source),
)
def _slow_client(source: Source) -> Iterator[Found]:
    for statement, name in source.imported:
        if name.split(".")[0] in {"httpx", "requests"} or name.startswith("chassis.service_client"):
            yield statement, f"{name} is too slow here"


def _is_wallet_hop(source: Source) -> bool:
    if source.service != "games" or source.inside[0] not in _HOP:
        return False
    return "partner" in source.inside or any("wallet" in part for part in source.inside)
