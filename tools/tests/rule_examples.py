"""A bad and a good example of every rule: the bad ones were, or could have been, real."""

from dataclasses import dataclass

_DOMAIN = "services/payments/src/payments/domain/withdrawal/aggregate.py"
_EVENTS = "services/payments/src/payments/domain/withdrawal/events.py"
_SHELL = "services/payments/src/payments/application/withdrawals.py"
_TEST = "services/payments/tests/unit/test_withdrawals.py"


@dataclass(frozen=True)
class Example:
    """Texts that break a rule and texts that keep it.

    Attributes:
        rule: the rule's name.
        path: the file the texts are taken to stand in.
        bad: each breaks the rule once.
        good: none breaks it.
        elsewhere: a file in which even the bad ones are none of the rule's business.
    """

    rule: str
    path: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    elsewhere: str | None = None


EXAMPLES = (
    Example(
        "domain-takes-time-and-ids",
        _DOMAIN,
        bad=(
            "from datetime import datetime\nat = datetime.now()",
            "import datetime as dt\nat = dt.datetime.utcnow()",
            "from datetime import date\ntoday = date.today()",
            "from time import time as moment\nat = moment()",
            "from uuid import uuid4\nid = uuid4()",
            "import uuid\nid = uuid.uuid4()",
            "from chassis.domain import uuid7\nid = uuid7()",
            "import random\nfirst = random.choice([1, 2])",
            "import secrets\ntoken = secrets.token_hex()",
        ),
        good=(
            "from datetime import datetime, timedelta\nlater = command.now + timedelta(days=1)",
            "from uuid import UUID, uuid5\nid = uuid5(command.id, 'payout')",
            "from datetime import datetime\nat = datetime(2026, 1, 1)",
        ),
        elsewhere=_SHELL,
    ),
    Example(
        "domain-imports-nothing",
        _DOMAIN,
        bad=(
            "from sqlalchemy import select",
            "import pydantic",
            "from contracts.money import to_minor",
            "from chassis.store import Application",
            "from payments.settings import Settings",
            "from games.domain.session import events",
            "import asyncio",
            "import os.path",
        ),
        good=(
            "from chassis.domain import DomainError, event",
            "from chassis.domain.errors import Invalid",
            "from payments.domain.withdrawal.events import WithdrawalPaid",
            "from collections.abc import Sequence\nfrom dataclasses import dataclass\nfrom decimal import Decimal",
        ),
        elsewhere=_SHELL,
    ),
    Example(
        "no-httpx-on-the-hot-path",
        "services/games/src/games/adapters/wallet_hop.py",
        bad=("import httpx", "from httpx import AsyncClient", "from chassis.service_client import ServiceClient"),
        good=("import aiohttp", "from chassis.domain import uuid7"),
        elsewhere="services/games/src/games/adapters/supplier_client.py",
    ),
    Example(
        "one-transaction",
        _SHELL,
        bad=(
            "async def f(connection): await connection.commit()",
            "async def f(self): await self._session.commit()",
            "async def f(engine):\n    async with engine.begin() as connection: pass",
        ),
        good=(
            "async def f(uow): await uow.decide(withdrawal, id, command)",
            "async def f(consumer): await consumer.commit({partition: offset})",
            "def f(drain): drain.begin()",
        ),
        elsewhere="shared-chassis/src/chassis/store/unit_of_work.py",
    ),
    Example(
        "indexes-are-built-beside-others",
        "services/payments/migrations/versions/0999_more.py",
        bad=(
            'op.execute("CREATE INDEX ix_transfer_more ON transfer (more)")',
            'op.execute("CREATE UNIQUE INDEX uq_more ON ONLY transfer (more)")',
            'op.execute("DROP INDEX ix_transfer_less")',
        ),
        good=(
            'change_indexes(build=["CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_transfer_more ON transfer (more)"])',
            'MADE = ("CREATE TABLE more (id uuid)", "CREATE INDEX ix_more_id ON more (id)")',
        ),
        elsewhere="services/payments/migrations/versions/0009_indexes_of_huge_lists.py",
    ),
    Example(
        "only-the-relay-publishes",
        _SHELL,
        bad=(
            "async def f(bus): await bus.publish([message])",
            "async def f(self): await self._producer.send_and_wait('topic', b'')",
            "async def f(request): await request.app.state.bus.publish([])",
            "from aiokafka import AIOKafkaProducer",
        ),
        good=(
            "async def f(uow): await uow.publish(SettingChanged(element='x'))",
            "async def f(client): await client.send(request)",
        ),
        elsewhere="shared-chassis/src/chassis/messaging/relay.py",
    ),
    Example(
        "sql-is-a-literal",
        "services/payments/src/payments/adapters/tables.py",
        bad=(
            "from sqlalchemy import text\nq = text(f'SELECT * FROM t ORDER BY {sort}')",
            "from sqlalchemy import text\nq = text('SELECT * FROM ' + table)",
            "from sqlalchemy import text\nq = text('SELECT * FROM %s' % table)",
            "import sqlalchemy as sa\nq = sa.text('SELECT * FROM {}'.format(table))",
            "async def f(raw, table): await raw.fetch(f'SELECT * FROM {table}')",
            "async def f(raw, name): await raw.execute('DROP TABLE ' + name)",
        ),
        good=(
            "from sqlalchemy import text\nq = text('SELECT * FROM t WHERE id = :id')",
            "from sqlalchemy import text\nq = text(f'SELECT pg_advisory_lock({_LOCK})')",
            "async def f(raw): await raw.fetch('SELECT ' 'two', 1)",
            "async def f(raw, name): await raw.execute(f'DROP TABLE {quoted(name)}')",
            "async def f(connection): await connection.execute(select(table))",
            "label = f'withdrawal {id}'",
        ),
        elsewhere=_TEST,
    ),
    Example(
        "no-float-money",
        _DOMAIN,
        bad=(
            "def pay(amount: float) -> None: ...",
            "class A:\n    balance: float | None = None",
            "def fee_minor() -> float: ...",
            "exchange_rate = 1.1",
            "fee: int = 0.5",
            "total = amount_minor * 1.05",
            "late = balance > 0.0",
            "shown = float(self.amount_minor) / 100",
            "charge(fee_minor=0.1)",
        ),
        good=(
            "def pay(amount_minor: int) -> None: ...",
            "ratio = 0.5",
            "timeout_s: float = 1.5",
            "rate_limit_per_s: float = 2.5",
            "share = float(count)",
            "from decimal import Decimal\nexchange_rate = Decimal('1.1')",
            "def generate(moderate: float) -> float: ...",
        ),
        elsewhere="shared-chassis/src/chassis/telemetry/metrics.py",
    ),
    Example(
        "settings-read-the-environment",
        "services/payments/src/payments/adapters/stripe_client.py",
        bad=(
            "import os\nkey = os.environ['STRIPE_KEY']",
            "from os import environ\nkey = environ.get('STRIPE_KEY')",
            "import os\nkey = os.getenv('STRIPE_KEY')",
        ),
        good=("import os\npid = os.getpid()", "key = settings.stripe_key"),
        elsewhere="services/payments/src/payments/settings.py",
    ),
    Example(
        "print-only-in-commands",
        _SHELL,
        bad=("print('here')",),
        good=("logger.info('here')", "sheet.print()"),
        elsewhere="services/security/src/security/entrypoints/commands.py",
    ),
    Example(
        "no-swallowed-exceptions",
        _SHELL,
        bad=(
            "try: f()\nexcept Exception: pass",
            "try: f()\nexcept: pass",
            "for one in all:\n    try: f()\n    except (ValueError, Exception): continue",
            "import contextlib\nwith contextlib.suppress(Exception): f()",
        ),
        good=(
            "try: f()\nexcept KeyError: pass",
            "try: f()\nexcept Exception:\n    logger.exception('it failed')",
            "import contextlib\nwith contextlib.suppress(KeyError): f()",
            "try: f()\nexcept Exception as error: raise Parked from error",
        ),
        elsewhere="tools/check.py",
    ),
    Example(
        "events-have-a-stored-name",
        _EVENTS,
        bad=(
            "@dataclass(frozen=True)\nclass WithdrawalPaid: pass",
            "NAME = 'payments.withdrawal_paid'\n@event(NAME, 1)\n@dataclass\nclass WithdrawalPaid: pass",
            "@event('payments.withdrawal_paid', VERSION)\n@dataclass\nclass WithdrawalPaid: pass",
            "@event('withdrawal_paid', 1)\n@dataclass\nclass WithdrawalPaid: pass",
            "@event('games.withdrawal_paid', 1)\n@dataclass\nclass WithdrawalPaid: pass",
            "@event('payments.WithdrawalPaid', 1)\n@dataclass\nclass WithdrawalPaid: pass",
        ),
        good=(
            "@event('payments.withdrawal_paid', 1)\n@dataclass\nclass WithdrawalPaid: pass",
            "@dataclass\nclass Fact: pass\n@event('payments.paid', 1)\n@dataclass\nclass WithdrawalPaid(Fact): pass",
            "@dataclass\nclass Part: pass\n@event('payments.cut', 1)\n@dataclass\nclass Split:\n    parts: list[Part]",
            "class Fields(TypedDict):\n    amount_minor: int",
        ),
        elsewhere=_DOMAIN,
    ),
    Example(
        "error-codes-are-promised",
        "services/payments/src/payments/domain/withdrawal/errors.py",
        bad=(
            "from chassis.domain import DomainError\nclass Odd(DomainError):\n    code = 'never_promised'",
            "from chassis.domain import DomainError\nclass A(DomainError):\n    code: ClassVar[str] = 'never_promised'",
            "from chassis.domain import NotFound\nclass A(NotFound): pass\nclass B(A):\n    code = 'never_promised'",
        ),
        good=(
            "from chassis.domain import NotFound\nclass Missing(NotFound):\n    code = 'not_found'",
            "class Country:\n    code = 'MT'",
        ),
        elsewhere=_TEST,
    ),
    Example(
        "no-patching",
        _TEST,
        bad=(
            "from unittest.mock import patch",
            "import unittest.mock\nwith unittest.mock.patch('payments.main.build'): pass",
            "from unittest import mock\n@mock.patch.object(Ledger, 'post')\ndef test_it(): pass",
            "def test_it(monkeypatch): monkeypatch.setattr('payments.main.build', None)",
            "def test_it(monkeypatch): monkeypatch.setattr(Ledger, 'post', None)",
        ),
        good=(
            "def test_it(monkeypatch): monkeypatch.setenv('PORT', '0')",
            "def test_it(monkeypatch): monkeypatch.setattr('payments.adapters.client._PATIENCE_S', 0.01)",
            "def test_it(monkeypatch): monkeypatch.setattr(client, 'TIMEOUT_S', 1)",
            "def test_it(client): client.patch('/api/payments/v1/deposits')",
        ),
        elsewhere=_SHELL,
    ),
    Example(
        "no-sleep-in-tests",
        _TEST,
        bad=(
            "import time\ntime.sleep(0.2)",
            "import asyncio\nasync def test_it(): await asyncio.sleep(1)",
            "from asyncio import sleep\nasync def test_it(): await sleep(0.1)",
        ),
        good=(
            "import asyncio\nasync def test_it(): await asyncio.sleep(0)",
            "import time\nwhile time.monotonic() < deadline and not done():\n    time.sleep(0.01)",
        ),
        elsewhere="tests-e2e/simulators/chaos.py",
    ),
    Example(
        "simulators-are-strangers",
        "tests-e2e/simulators/hub88.py",
        bad=("from contracts.money import to_minor", "import payments", "import chassis.http"),
        good=("import aiohttp", "from simulators.signing import sign"),
        elsewhere="tests-e2e/journey/steps.py",
    ),
)
