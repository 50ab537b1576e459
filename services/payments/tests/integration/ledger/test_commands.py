"""The ledger's commands, typed: what they answer, and the status they end with."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.cli import run
from chassis.command import EX_TEMPFAIL
from chassis.db.engine import driver
from chassis.store import Application, EventTypes
from chassis.testing.commands import Ended, run_command
from chassis.testing.environment import make_settings
from contracts.seals import Seal, ToldSeal
from payments.adapters.ledger.chain import SETTLES_AFTER, LedgerChain
from payments.adapters.ledger.months import close_months
from payments.adapters.ledger.verify import UNSEALED
from payments.entrypoints.commands import verify_ledger
from payments.main import build
from payments.settings import Settings

MASTER = b"k" * 32
OTHER = "ab" * 32


@pytest.fixture
async def desk(in_march):
    """Bets of March in two sealed blocks."""
    key = await in_march.player()
    await in_march.one(in_march.move("win", key, "gift", 100))  # No event of a payment has to say it.
    for number in range(5):
        await in_march.one(in_march.move("bet", key, f"t{number}", 1))
    in_march.clock.advance(SETTLES_AFTER + timedelta(seconds=1))
    application = Application(in_march.db, EventTypes(), source="payments", clock=in_march.clock)
    assert await LedgerChain(application, MASTER).catch_up(largest=3) == 2
    return in_march


async def typed(url: str, *arguments: str, given: str = "") -> Ended:
    master_key = base64.b64encode(MASTER).decode()
    settings = make_settings(Settings, database_url=url, master_key=master_key)
    return await run_command("payments", settings, *arguments, given=given)


async def told(desk) -> list[ToldSeal]:
    rows = await desk.sql("SELECT number, chain FROM ledger_seal ORDER BY number")
    return [ToldSeal("wallets", Seal(row["number"], row["chain"])) for row in rows]


def lines(*seals: object) -> str:
    return "".join(f"{seal}\n" for seal in seals)


async def test_a_ledger_that_is_as_others_were_told_passes_and_answers_nothing_but_that(desk):
    ended = await typed(desk.url, "verify-ledger", "--expect-from", "-", given=lines(*await told(desk)))
    assert ended.status == 0, ended
    assert "compared with 2 that others were told" in ended.out
    assert {line[:6] for line in ended.out.splitlines()} == {"holds ", " " * 6}, "log lines go elsewhere"
    assert "WARNING" not in ended.err


async def test_without_a_seal_from_outside_it_says_that_nobody_vouches_for_what_it_found(desk):
    ended = await typed(desk.url, "verify-ledger")
    assert ended.status == 0, ended
    assert "WARNING: the seals were held against what is in the database alone" in ended.err


async def test_when_no_seal_is_left_it_says_that_entries_are_not_sealed(desk):
    await desk.sql("ALTER TABLE ledger_seal DISABLE TRIGGER USER")
    await desk.sql("DELETE FROM ledger_seal")
    ended = await typed(desk.url, "verify-ledger")
    assert ended.status == 1, ended
    assert f"BROKEN  {UNSEALED}\n        entries=6, since=" in ended.out
    assert "no master key is needed" in ended.err


async def test_a_seal_that_differs_and_one_that_is_missing_here_are_found_in_a_file(desk, tmp_path):
    first, second = await told(desk)
    differing, missing = ToldSeal("wallets", Seal(2, first.seal.chain)), ToldSeal("wallets", Seal(7, second.seal.chain))
    file = tmp_path / "seals"
    file.write_text(lines(first, differing, second, missing))
    ended = await typed(desk.url, "verify-ledger", "--expect-from", str(file))
    assert ended.status == 1, ended
    assert "BROKEN  I13 entries are as they were sealed" in ended.out
    assert "cut_off 2" in ended.out
    assert "cut_off 7" in ended.out
    assert "cut_off 1" not in ended.out


async def test_a_changed_balance_is_told_in_whole_numbers_and_with_whose_account_it_is(in_march):
    key = await in_march.player(10_000)
    changed = "UPDATE account SET balance_minor = balance_minor + 777 WHERE player_id = $1 AND type = 'cash'"
    await in_march.sql(changed, key.player_id)
    ended = await typed(in_march.url, "verify-ledger")
    assert ended.status == 1, ended
    (row,) = [line for line in ended.out.splitlines() if "balance_minor=10777" in line]
    whose = f"type=cash, currency={key.currency}, casino_id={key.casino_id}, player_id={key.player_id}"
    assert row.endswith(f", {whose}, balance_minor=10777, entries=10000")
    assert f"casino_id={key.casino_id}, currency={key.currency}, sum_minor=777" in ended.out


async def test_several_seals_may_be_named_and_all_count(desk):
    _, second = (str(one.seal) for one in await told(desk))
    ended = await typed(desk.url, "verify-ledger", "--expect", f"1:{OTHER}", "--expect", second, second, "--json")
    assert (ended.status, "cut_off 1" in ended.out) == (1, True), ended


async def test_a_silent_pipe_and_one_that_brings_something_else_do_not_pass(ledger_url: str):
    ended = await typed(ledger_url, "verify-ledger", "--expect-from", "-")
    assert (ended.status, ended.out) == (2, "")
    assert "Nothing was compared. No seal came in" in ended.err
    ended = await typed(ledger_url, "verify-ledger", "--expect-from", "-", given=f"wallets 1:{OTHER}\nwallets 2:beef\n")
    assert (ended.status, ended.out) == (2, "")
    assert "Nothing was compared. Line 2 of standard input: '2:beef' is no seal" in ended.err


NO_SEALS: dict[str, tuple[str | bytes, str]] = {
    "a line that was cut off": (f"wallets 1:{OTHER[:-1]}", "Line 1 of"),
    "a line without its ledger": (f"1:{OTHER}\n", "Line 1 of"),
    "an empty line": (f"wallets 1:{OTHER}\n\n", "'' is no seal of a ledger"),
    "number 0": (f"wallets 0:{OTHER}\n", "Line 1 of"),
    "another ledger": (f"bonus 1:{OTHER}\n", "there is no ledger bonus here, only wallets"),
    "no text": (b"\xff\x00", r"'\\xff\x00' is no seal"),
}


@pytest.mark.parametrize("case", NO_SEALS)
async def test_a_file_of_something_else_does_not_pass(case: str, tmp_path: Path, capsys):
    content, words = NO_SEALS[case]
    file = tmp_path / "seals"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert await verify_ledger(build(make_settings(Settings)), ["--expect-from", str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Nothing was compared. ")
    assert words in said.err


async def test_a_mistyped_flag_is_refused_by_the_process_itself(ledger_url: str):
    ended = await typed(ledger_url, "verify-ledger", "--expct", f"1:{OTHER}")
    assert (ended.status, ended.out) == (2, "")
    assert "unrecognized arguments: --expct" in ended.err


REFUSED = {
    "a shortened flag": (["verify-ledger", "--jso"], "unrecognized arguments: --jso"),
    "an argument too many": (["verify-ledger", "all"], "unrecognized arguments: all"),
    "a seal that is none": (["verify-ledger", "--expect", "1:beef"], "'1:beef' is no seal"),
    "a flag without its seal": (["verify-ledger", "--expect"], "expected at least one argument"),
    "two values of one seal": (
        ["verify-ledger", "--expect", f"1:{OTHER}", "--expect", f"1:{OTHER[::-1]}"], "1 is named twice, with values",
    ),
    "a command nobody knows": (["verify-leger"], "invalid choice: 'verify-leger'"),
    "no month": (["take-month-away"], "required: YYYY-MM"),
    "a month written otherwise": (["take-month-away", "2026-3"], "'2026-3' is no month: one is written as 2026-03"),
    "a month that there is not": (["take-month-away", "2026-13"], "'2026-13' is no month"),
    "two months": (["take-month-away", "2026-03", "2026-04"], "unrecognized arguments: 2026-04"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_command_line_that_is_wrong_does_nothing(case: str, capsys):
    arguments, words = REFUSED[case]
    with pytest.raises(SystemExit) as ended:
        run(lambda: build(make_settings(Settings)), arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert (said.out, words in said.err) == ("", True), said


async def test_a_file_that_is_not_there_does_not_pass(capsys):
    assert await verify_ledger(build(make_settings(Settings)), ["--expect-from", "/nowhere"]) == 2
    assert "Nothing was compared. /nowhere cannot be read: No such file" in capsys.readouterr().err


async def test_a_month_goes_when_it_may_and_nobody_uses_the_ledger(desk):
    ended = await typed(desk.url, "take-month-away", "2026-03")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("Nothing was detached: transfer_2026_03 is still open.\n")
    await close_months(desk.db, datetime(2026, 5, 15, tzinfo=UTC))
    async with desk.db.write() as connection:
        await (await driver(connection)).execute("LOCK TABLE transfer IN ROW EXCLUSIVE MODE")
        ended = await typed(desk.url, "take-month-away", "2026-03")
    assert (ended.status, ended.out) == (EX_TEMPFAIL, "")
    assert "Nothing was detached: others used the ledger for 5 s without a pause. Try again;" in ended.err
    assert "Traceback" not in ended.err
    ended = await typed(desk.url, "take-month-away", "2026-03")
    assert (ended.status, ended.out) == (0, "ledger_months.transfer_2026_03: 6 entries, detached\n"), ended.err
    ended = await typed(desk.url, "verify-ledger", "--expect-from", "-", given=lines(*await told(desk)))
    assert (ended.status, "taken away with month 2026-03: 1 to 2" in ended.out) == (0, True), ended


async def test_a_database_that_is_away_is_neither_good_nor_bad_news():
    ended = await typed("postgresql://nobody:x@127.0.0.1:1/nothing", "verify-ledger")
    assert (ended.status, ended.out) == (EX_TEMPFAIL, ""), ended
    assert "verify-ledger could not be done now: ConnectionRefusedError" in ended.err
    assert "Traceback" not in ended.err
