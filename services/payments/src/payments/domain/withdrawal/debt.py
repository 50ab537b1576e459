"""Money of a withdrawal that is the player's again pays first what he owes."""

from collections.abc import Sequence
from dataclasses import replace

from payments.domain.withdrawal.commands import CancelWithdrawal, HearProvider, RejectWithdrawal, WithdrawalCommand
from payments.domain.withdrawal.events import BackWithPlayer, WithdrawalEvent


def pay_debt(command: WithdrawalCommand, events: Sequence[WithdrawalEvent]) -> Sequence[WithdrawalEvent]:
    """The events, with what each pays of the debt. One command frees money once at most."""
    if not isinstance(command, RejectWithdrawal | CancelWithdrawal | HearProvider) or command.owed_minor <= 0:
        return events
    owed = command.owed_minor
    return [
        replace(one, recovered_minor=min(owed, one.freed_minor)) if isinstance(one, BackWithPlayer) else one
        for one in events
    ]
