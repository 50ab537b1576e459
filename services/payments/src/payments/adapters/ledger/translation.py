"""Between the transfers of the port and the units of the writers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.store import Context
from payments.adapters.ledger.batcher import Outcome
from payments.adapters.ledger.units import Owner, Unit
from payments.application.ledger import Posting, Transfer
from payments.domain.ledger.accounts import AccountRef, player_cash
from payments.domain.ledger.transfers import Code, PlainMove

Placed = tuple[int, Transfer]
"""A transfer and its place in the call."""


def accounts_of(transfers: Sequence[Transfer]) -> list[AccountRef]:
    """Every account the transfers name, and the cash of each player concerned."""
    named = [ref for transfer in transfers for ref in (transfer.debit, transfer.credit)]
    return [*named, *(_cash_beside(ref) for ref in named if ref.of_player)]


def groups_of(transfers: Sequence[Transfer]) -> list[list[Placed]]:
    """The transfers by group, in the order in which each group first appears; one without a group is its own."""
    groups: dict[UUID, list[Placed]] = {}
    for place, transfer in enumerate(transfers):
        groups.setdefault(transfer.group or transfer.id, []).append((place, transfer))
    return list(groups.values())


def unit_of(group: Sequence[Placed], numbers: Mapping[AccountRef, int], ctx: Context) -> Unit | None:
    """The unit that posts a group; None when one of its accounts does not exist."""
    moves: list[PlainMove] = []
    locks: dict[int, None] = {}
    house: dict[int, None] = {}
    owners: dict[int, Owner] = {}
    for _, transfer in group:
        wallet: int | None = None
        for ref in (transfer.debit, transfer.credit):
            number = numbers.get(ref)
            if number is None:
                return None
            (locks if ref.of_player else house)[number] = None
            if ref.of_player and wallet is None:
                cash = _cash_beside(ref)
                wallet = numbers[cash]
                locks[wallet] = None
                owners[wallet] = Owner(str(cash.casino_id), cash.owner_id, cash.currency)
        moves.append(
            PlainMove(
                transfer.id,
                transfer.kind,
                numbers[transfer.debit],
                numbers[transfer.credit],
                transfer.amount_minor,
                wallet,
                transfer.reference_id,
                transfer.group,
                transfer.provider,
            )
        )
    return Unit(tuple(moves), tuple(locks), tuple(house), owners, ctx)


def postings_of(
    transfers: Sequence[Transfer],
    groups: Sequence[Sequence[Placed]],
    units: Sequence[Unit | None],
    outcomes: Sequence[Outcome],
) -> list[Posting]:
    """The answers in the order of the call. Raises what the database raised for one of them."""
    found: dict[int, Posting] = {}
    waiting = iter(outcomes)
    for group, unit in zip(groups, units, strict=True):
        if unit is None:
            for place, transfer in group:
                found[place] = Posting(transfer.id, Code.UNKNOWN_ACCOUNT, None, None)
            continue
        outcome = next(waiting)
        if isinstance(outcome, Exception):
            raise outcome
        for (place, transfer), answer in zip(group, outcome, strict=True):
            found[place] = Posting(transfer.id, answer.code, answer.debit_balance, answer.credit_balance)
    return [found[place] for place in range(len(transfers))]


def _cash_beside(ref: AccountRef) -> AccountRef:
    return player_cash(ref.casino_id, UUID(ref.owner_id), ref.currency)
