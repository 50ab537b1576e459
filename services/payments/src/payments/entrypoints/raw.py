"""What is served without a framework between: the hot path, and what others sign."""

from starlette.types import ASGIApp

from payments.adapters.ledger.ledger import PostgresLedger
from payments.application.desk import Desk
from payments.entrypoints.partners import PartnerApi
from payments.entrypoints.wallet import WalletHop


def raw_applications(ledger: PostgresLedger, desk: Desk) -> dict[str, ASGIApp]:
    """By the path below which they are."""
    return {"/internal/v1/wallet": WalletHop(ledger), "/partner/payments": PartnerApi(desk)}
