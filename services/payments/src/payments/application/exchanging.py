"""A player's money of one currency becomes money of another: two movements, each in one currency, in one group."""

from dataclasses import asdict, dataclass
from uuid import UUID

from chassis.domain import Invalid
from chassis.store import UnitOfWork
from contracts.money import EXPONENTS, MAX_MINOR
from payments.application.casino_policies import CasinoPolicy
from payments.application.desk import Desk
from payments.application.fraud.ports import Exchanged
from payments.application.ledger import (
    AccountRef,
    AccountType,
    InsufficientFunds,
    Transfer,
    TransferKind,
    WalletUnknown,
    ensure_posted,
    house,
    player_cash,
    transfer_id,
)
from payments.application.payment_ids import IdKind
from payments.domain.exchange.quotes import Quote, TooLittle, quote
from payments.domain.exchange.words import ExchangeNotOffered, ExchangePolicy
from payments.domain.withdrawal.errors import DebtOutstanding, DisputeOpen

POLICY = "payments.exchange_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeFact:
    """What shall be exchanged; refused when it buys less than `at_least_minor` by then."""

    casino_id: UUID
    player_id: UUID
    sold_currency: str
    sold_minor: int
    bought_currency: str
    at_least_minor: int


async def check_exchange(desk: Desk, uow: UnitOfWork, fact: ExchangeFact) -> Quote:
    """What it would buy now; the player's wallet is locked, so that it stays so.

    Raises:
        ExchangeNotOffered: the casino's rule does not allow it.
        WalletUnknown, InsufficientFunds: the player does not hold what shall be sold.
        DebtOutstanding, DisputeOpen: he owes money of a deposit, or a bank wants one back.
        Invalid: it buys more than one movement may be.
        RateUnavailable, TooLittle: there is no rate, or it buys less than was asked for.
    """
    policy = await desk.exchanges.policy(uow.connection, fact.casino_id)
    if not policy.enabled:
        raise ExchangeNotOffered
    wallet = await desk.ledger.lock_wallet(uow.connection, fact.casino_id, fact.player_id, fact.sold_currency)
    if wallet is None:
        raise WalletUnknown(field="sold_currency")
    if wallet.in_debt:
        raise DebtOutstanding
    if await desk.directory.disputed(uow.connection, fact.player_id, uow.ctx.occurred_at):
        raise DisputeOpen
    if wallet.cash_minor < fact.sold_minor:
        told = f"The player's cash is {wallet.cash_minor} minor units of {fact.sold_currency}: no more can be sold."
        raise InsufficientFunds(told, field="sold_minor")
    found = quote(
        desk.exchanges.source.rates(),
        sold=(fact.sold_currency, fact.sold_minor),
        bought=fact.bought_currency,
        places=EXPONENTS,
        spread_bp=policy.spread_bp,
        today=desk.now().date(),
        oldest_days=desk.exchanges.oldest_days,
    )
    if found.bought_minor > MAX_MINOR:
        raise Invalid(f"One movement is {MAX_MINOR} at most.", field="sold_minor")
    if found.bought_minor < fact.at_least_minor:
        raise TooLittle(f"It buys {found.bought_minor} now.", field="at_least_minor")
    return found


async def exchange(desk: Desk, uow: UnitOfWork, exchange_id: UUID, fact: ExchangeFact) -> None:
    """Exchange it at the rates of now, and keep what they were. A wallet of the other currency is opened if need be.

    Raises what `check_exchange` raises.
    """
    found = await check_exchange(desk, uow, fact)
    await desk.payment_ids.claim(uow.connection, IdKind.EXCHANGE, exchange_id)
    await desk.ledger.open_wallet(uow.connection, fact.casino_id, fact.player_id, fact.bought_currency)
    await desk.exchanges.keep(uow, exchange_id, fact.casino_id, fact.player_id, found)
    await _carry(desk, uow, fact, found)
    ensure_posted(await desk.ledger.post_in(uow, exchange_transfers(exchange_id, fact, found)))


async def _carry(desk: Desk, uow: UnitOfWork, fact: ExchangeFact, found: Quote) -> None:
    """Rules against laundering find what was not played with in whatever currency it goes out, and nobody who played
    before he exchanged.
    """
    wallet = await desk.ledger.find_wallet(uow.connection, fact.casino_id, fact.player_id, found.sold_currency)
    if wallet is None:
        raise WalletUnknown(field="sold_currency")
    money = Exchanged(
        casino_id=fact.casino_id,
        player_id=fact.player_id,
        sold_currency=found.sold_currency,
        sold_minor=found.sold_minor,
        bought_currency=found.bought_currency,
        bought_minor=found.bought_minor,
        pot_minor=wallet.cash_minor + wallet.hold_minor,
    )
    await desk.fraud.features.carry(uow.connection, money)


def exchange_transfers(exchange_id: UUID, fact: ExchangeFact, found: Quote) -> list[Transfer]:
    """Out of the one wallet into the house's position, and out of that into the other wallet."""

    def cash(currency: str) -> AccountRef:
        return player_cash(fact.casino_id, fact.player_id, currency)

    def ours(currency: str) -> AccountRef:
        return house(fact.casino_id, AccountType.FX, currency)

    sides = (
        (cash(found.sold_currency), ours(found.sold_currency), found.sold_minor, "sold"),
        (ours(found.bought_currency), cash(found.bought_currency), found.bought_minor, "bought"),
    )
    return [
        Transfer(
            id=transfer_id(TransferKind.EXCHANGE, exchange_id, which),
            kind=TransferKind.EXCHANGE,
            debit=debit,
            credit=credit,
            amount_minor=amount_minor,
            group=exchange_id,
            reference_id=exchange_id,
        )
        for debit, credit, amount_minor, which in sides
    ]


def exchange_policy(desk: Desk) -> CasinoPolicy[ExchangePolicy]:
    """Whether and at what price a casino exchanges money."""
    return CasinoPolicy(element=POLICY, find=desk.exchanges.policy, save=desk.exchanges.set_policy, shown=asdict)
