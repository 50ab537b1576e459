"""What ledgers told of their seals is printed for programs, as long as the audit log that kept it is as it was."""

import pytest
from sqlalchemy import text

from chassis.cli import run
from chassis.runtime import Service
from chassis.testing.commands import Ended, run_command
from chassis.testing.environment import make_settings
from chassis.testing.feed import Feed
from contracts.payments.ledger_events import LedgerSealed
from security.adapters.audit_chain import AuditChain
from security.entrypoints.commands import told_seals
from security.main import build
from security.settings import Settings

OLDER, NEWER = "0a" * 32, "0b" * 32


async def typed(service: Service, *arguments: str) -> Ended:
    return await run_command("security", service.settings, *arguments)


async def heard(service: Service, *told: LedgerSealed) -> None:
    """Security was told these, and has sealed that it was."""
    await Feed(service)(*told)
    chain: AuditChain = service.state["audit_chain"]
    sealed = 0
    while sealed < len(told):
        sealed += await chain.catch_up()


async def test_every_seal_that_was_told_is_printed_once_in_order(service: Service) -> None:
    await heard(
        service,
        LedgerSealed(ledger="wallets", number=10, chain=NEWER),
        LedgerSealed(ledger="wallets", number=9, chain=OLDER),
        LedgerSealed(ledger="wallets", number=10, chain=OLDER),
        LedgerSealed(ledger="wallets", number=9, chain=OLDER),
        LedgerSealed(ledger="bonus", number=11, chain=NEWER),
    )
    ended = await typed(service, "told-seals")
    assert ended.status == 0, ended
    assert ended.out.splitlines() == [
        f"bonus 11:{NEWER}", f"wallets 9:{OLDER}", f"wallets 10:{OLDER}", f"wallets 10:{NEWER}",
    ]  # fmt: skip
    assert "5 entries sealed, 0 not as they were" in ended.err
    assert "WARNING" in ended.err, "nothing from outside vouches for the audit log"


async def test_nothing_is_printed_when_the_audit_log_is_not_as_it_was(service: Service) -> None:
    await heard(service, LedgerSealed(ledger="wallets", number=9, chain=OLDER))
    async with service.db.write() as connection:
        await connection.execute(text("UPDATE rm_audit_log SET after = jsonb_set(after, '{number}', '10')"))
    ended = await typed(service, "told-seals")
    assert (ended.status, ended.out) == (1, "")
    assert "1 entries sealed, 1 not as they were" in ended.err
    assert "No seal is printed: the audit log that kept them is not as it was." in ended.err


async def test_nothing_is_printed_when_the_audit_log_is_not_what_an_auditor_kept_of_it(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await heard(service, LedgerSealed(ledger="wallets", number=9, chain=OLDER))
    assert await told_seals(service, ["--expect", f"1:{NEWER}"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "cut_off: seal 1" in said.err


async def test_where_no_seal_was_told_it_is_said_and_not_taken_for_good(service: Service) -> None:
    ended = await typed(service, "told-seals")
    assert (ended.status, ended.out) == (1, "")
    assert "No seal is printed: no ledger has told one yet." in ended.err


REFUSED = {
    "a mistyped flag": (["told-seals", "--expct", f"1:{OLDER}"], "unrecognized arguments: --expct"),
    "two values of one checkpoint": (
        ["verify-audit", "--expect", f"1:{OLDER}", f"1:{NEWER}"], "1 is named twice, with values that differ",
    ),
    "a flag where there is none": (["rotate-keys", "--now"], "unrecognized arguments: --now"),
    "a command nobody knows": (["told-seal"], "invalid choice: 'told-seal'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_command_line_that_is_wrong_does_nothing(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, words = REFUSED[case]
    with pytest.raises(SystemExit) as ended:
        run(lambda: build(make_settings(Settings)), arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert (said.out, words in said.err) == ("", True), said
