"""`python -m <service> serve|migrate|rebuild|replay-dlq|openapi`, the same for all, and a service's own commands."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

import uvloop

from chassis.collector import settle_collector
from chassis.command import EX_TEMPFAIL, ExactParser
from chassis.db import Database, migrations
from chassis.logging import configure_logging
from chassis.messaging import Consumer, Replayed, discard_parked, list_parked, queue_parked, replay_parked
from chassis.runtime import Service, http_application, serve
from chassis.store import Application, rebuild
from chassis.store.failures import transient

ROLES = ("all", "api", "worker", "relay")


def run(build: Callable[[], Service], arguments: Sequence[str] | None = None) -> None:
    """Build the service from the environment and do what the command line says; exits with the command's status.

    What a command answers goes to standard output, and log lines beside it to standard error: it can be piped.
    """
    service = build()
    options = _parser(service).parse_args(arguments)
    configure_logging(service.settings, service.name, sys.stdout if options.command == "serve" else sys.stderr)
    sys.exit(uvloop.run(_do(service, options)))


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = ExactParser(prog=f"python -m {service.name}")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="answer requests, consume events, publish the outbox")
    serving.add_argument("--role", choices=ROLES, default="all", help="run only one part in this process")
    commands.add_parser("migrate", help="bring the database to the newest revision")
    rebuilding = commands.add_parser("rebuild", help="make a read model anew from events while the service serves")
    rebuilding.add_argument("name", nargs="?", help="one of: " + ", ".join(sorted(service.rebuildable())) or "none")
    replaying = commands.add_parser("replay-dlq", help="hand parked events to the consumer, and to the bus, again")
    replaying.add_argument("--list", action="store_true", help="only say what is parked, and why")
    replaying.add_argument("--give-up", nargs="+", type=int, metavar="ID", help="only let these go for good")
    commands.add_parser("openapi", help="print the OpenAPI document")
    for name, own in service.commands.items():
        own.takes(commands.add_parser(name, help=own.help, description=own.does.__doc__))
    return parser


async def _do(service: Service, options: argparse.Namespace) -> int:
    match options.command:
        case "serve":
            await serve(service, options.role)
            return 0
        case "migrate":
            await migrations.upgrade(service.name, service.settings.owner_url, serving=service.settings.database_url)
            return 0
        case "openapi":
            print(json.dumps(http_application(service).openapi(), indent=2, sort_keys=True))  # noqa: T201
            return 0
        case "rebuild":
            return await _rebuild(service, options.name)
        case "replay-dlq":
            return await _parked(service, options)
        case own:
            return await _own(service, own, options)


async def _rebuild(service: Service, name: str | None) -> int:
    known = service.rebuildable()
    if name is None or name not in known:
        print(f"rebuild needs one of: {', '.join(sorted(known)) or 'nothing, there is no read model'}", file=sys.stderr)  # noqa: T201
        return 2
    model, log = known[name]
    settle_collector()
    db = Database(service.settings.owner_url, application_name=f"{service.name} rebuild", pool_size=2)
    try:
        done = await rebuild(db, model, log, progress=_counter())
    finally:
        await db.close()
        await service.db.close()
    print(f"{name}: rebuilt from {done.events} events, {done.behind_lock} of them while writers waited")  # noqa: T201
    return 0


def _counter() -> Callable[[int], None]:
    """Counts up on one line of a terminal, which the next print writes over; says nothing into a pipe or a file."""
    if not sys.stdout.isatty():
        return lambda _: None
    return lambda events: print(f"{events} events", end="\r", flush=True)  # noqa: T201


async def _parked(service: Service, options: argparse.Namespace) -> int:
    try:
        if options.list or options.give_up:
            if service.consumer is None:
                print(f"{service.name} listens to nobody: nothing of others can be parked", file=sys.stderr)  # noqa: T201
                return 2
            if options.list:
                return await list_waiting(service.application, service.consumer)
            return await give_up(service.application, service.consumer, options.give_up)
        return await _replay(service)
    finally:
        await service.db.close()


async def _replay(service: Service) -> int:
    queued, consumer = await queue_parked(service.db), service.consumer
    result = Replayed(0, 0, 0) if consumer is None else await replay_parked(service.application, consumer)
    print(f"{result.replayed} replayed, {result.remaining} still parked, {queued} to be published again")  # noqa: T201
    return 0 if result.remaining == 0 else 1


async def list_waiting(application: Application, consumer: Consumer) -> int:
    """Print a line for every event that is parked: its number, since when, of what, and why."""
    after = 0
    while page := await list_parked(application.db, consumer.name, after=after):
        for one in page:
            print(f"{one.id}  {one.parked_at:%Y-%m-%d %H:%M}  {one.topic}  {one.key}  {one.reason}")  # noqa: T201
        after = page[-1].id
    return 0


async def give_up(application: Application, consumer: Consumer, ids: Sequence[int]) -> int:
    """Let parked events go: they never have an effect, and their keys go on without them."""
    done = await discard_parked(application, consumer, ids)
    print(f"{done} of {len(ids)} given up")  # noqa: T201
    return 0 if done == len(ids) else 1


async def _own(service: Service, name: str, options: argparse.Namespace) -> int:
    try:
        for start in service.on_start:
            await start()
        return await service.commands[name].does(service, options)
    except Exception as error:
        if not transient(error):
            raise
        print(f"{name} could not be done now: {_told(error)}. Try again later.", file=sys.stderr)  # noqa: T201
        return EX_TEMPFAIL
    finally:
        for close in service.on_stop:
            await close()
        await service.db.close()


def _told(error: BaseException) -> str:
    """What was behind it all, in a line; SQLAlchemy's own words repeat the statement with its values."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__} {error}".strip().split("\n")[0]
