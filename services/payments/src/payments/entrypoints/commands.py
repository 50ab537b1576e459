"""What `python -m payments` understands beside what every service does."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from datetime import date

import asyncpg

from chassis.command import EX_TEMPFAIL, Command, command
from chassis.runtime import Service
from chassis.seals import expects
from contracts.seals import Seal
from payments.adapters.ledger.months import LOCK_WAIT_S, take_away
from payments.adapters.ledger.shown import Shown
from payments.adapters.ledger.told import BadSeals, read_seals
from payments.adapters.ledger.verify import Finding, verify
from payments.read_models.adjustment_list import adjustment_list
from payments.read_models.deposit_list import deposit_list
from payments.read_models.dispute_list import dispute_list
from payments.read_models.refund_list import refund_list
from payments.read_models.withdrawal_list import withdrawal_list

_FROM = "a file with lines of `python -m security told-seals`; - is standard input"


def _verifying(parser: ArgumentParser) -> None:
    expects(parser, "NUMBER:CHAIN", "seals kept elsewhere, as payments.ledger_sealed tells them")
    parser.add_argument("--expect-from", action="append", default=[], metavar="FILE", help=_FROM)
    parser.add_argument("--json", action="store_true", help="for programs")


@command(_verifying)
async def verify_ledger(service: Service, options: Namespace) -> int:
    """Re-compute every invariant of the ledger; exit status 1 when one is broken."""
    expected = {Seal(number, chain) for number, chain in options.expect.items()}
    try:
        expected.update(seal for file in options.expect_from for seal in read_seals(file))
    except BadSeals as refusal:
        print(f"Nothing was compared. {refusal}", file=sys.stderr)  # noqa: T201 - this is the command's answer
        return 2
    key = service.state["chain"].key
    now = service.application.clock.now()
    findings = await verify(service.settings.database_url, key, expected, now=now, against_events=True, lists=LISTS)
    print(_in_json(findings) if options.json else _in_words(findings))  # noqa: T201 - this is the command's answer
    if not expected:
        print(_NO_WITNESS, file=sys.stderr)  # noqa: T201 - whoever reads "holds" alone believes too much
    return 0 if all(one.holds for one in findings) else 1


_OF_IT = ("casino_id", "player_id", "currency", "amount_minor")
LISTS = (
    Shown(
        deposit_list, "deposit",
        (*_OF_IT, "provider", "status", "requested_minor", "reversed_minor", "fee_minor"),
    ),
    Shown(
        withdrawal_list, "withdrawal",
        (*_OF_IT, "provider", "status", "fee_minor", "paid_minor", "returned_minor", "approved_by", "parent_id"),
    ),
    Shown(
        refund_list, "refund",
        (*_OF_IT, "provider", "status", "deposit_id", "owed_minor", "fee_minor", "proposed_by", "approved_by"),
    ),
    Shown(
        adjustment_list, "adjustment",
        (*_OF_IT, "direction", "adjustment_class", "proposed_by", "approved_by", "transfer_id"),
    ),
    Shown(dispute_list, "dispute", (*_OF_IT, "provider", "deposit_id", "reference", "stage", "status", "told")),
)  # fmt: skip
"""What is held against events of what people look at. Columns that were added without a rebuild are none of it."""

_NO_WITNESS = """\
WARNING: the seals were held against what is in the database alone. Who may do anything there can change entries and
remove all seals from theirs on: the service itself seals anew what it finds, and no master key is needed for it. What
security was told of the seals, each hour, cannot be made to agree:
python -m security told-seals | python -m payments verify-ledger --expect-from -"""


def _in_json(findings: Sequence[Finding]) -> str:
    return json.dumps(
        [
            {"invariant": one.name, "holds": one.holds, "broken": list(one.broken), "beside": list(one.beside)}
            for one in findings
        ]
    )


def _in_words(findings: Sequence[Finding]) -> str:
    lines = []
    for one in findings:
        lines.append(f"{'holds ' if one.holds else 'BROKEN'}  {one.name}")
        rows = (*one.broken, *([f"and {one.more} more"] if one.more else []), *one.beside)
        lines += [f"        {row}" for row in rows]
    return "\n".join(lines)


def _one_month(parser: ArgumentParser) -> None:
    parser.add_argument("month", type=_month, metavar="YYYY-MM", help="a closed month, the oldest there is")


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no month: one is written as 2026-03") from error


@command(_one_month)
async def take_month_away(service: Service, options: Namespace) -> int:
    """Detach a closed month of the ledger, the oldest there is; exit status 1 when it may not go."""
    try:
        entries = await take_away(service.settings.owner_url, options.month)
    except asyncpg.RaiseError as error:
        print(f"Nothing was detached: {error}.", file=sys.stderr)  # noqa: T201 - this is the command's answer
        return 1
    except asyncpg.LockNotAvailableError:
        print(_BUSY, file=sys.stderr)  # noqa: T201 - this is the command's answer
        return EX_TEMPFAIL
    print(f"ledger_months.transfer_{options.month:%Y_%m}: {entries} entries, detached")  # noqa: T201
    return 0


_BUSY = f"""\
Nothing was detached: others used the ledger for {LOCK_WAIT_S} s without a pause. Try again; if that does not help, in a
quieter hour, and when no long statement (verify-ledger, pg_dump) reads the ledger."""

COMMANDS: dict[str, Command] = {
    "verify": verify_ledger,
    "verify-ledger": verify_ledger,
    "take-month-away": take_month_away,
}
