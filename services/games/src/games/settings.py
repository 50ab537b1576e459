"""What games is told by its environment."""

from typing import Annotated

from pydantic import AfterValidator, Field, TypeAdapter

from chassis.partners import PARTNER_HOSTS_ALLOWED, PartnerHostList
from chassis.settings import ServiceSettings
from chassis.settings.base import WebAddress

_ADDRESS = TypeAdapter(WebAddress)


def _addresses(value: str) -> str:
    return ",".join(_ADDRESS.validate_python(one.strip()) for one in value.split(",") if one.strip())


class Settings(ServiceSettings):
    """The settings every service has, and where the wallet is."""

    payments_url: WebAddress = Field(description="http(s)://host:port of the payments service")
    wallet_urls: Annotated[str, AfterValidator(_addresses)] = Field(
        default="",
        description="comma-separated http(s)://host:port of the processes of payments that write the ledger, in one"
        " order for every process of games; none: PAYMENTS_URL",
    )
    partner_hosts: PartnerHostList = Field(default="", description=PARTNER_HOSTS_ALLOWED)
    wallet_deadline_ms: int = Field(
        default=2500, ge=50, le=10_000, description="milliseconds a wallet call may take, 50 to 10000"
    )
    supplier_timeout_ms: int = Field(
        default=10_000, ge=100, le=60_000, description="milliseconds a call to a supplier may take, 100 to 60000"
    )
    session_hours: int = Field(default=12, ge=1, le=72, description="hours a game session takes bets, 1 to 72")
    launch_patience_s: int = Field(
        default=300, ge=30, le=3600, description="seconds until a launch without an answer is given up, 30 to 3600"
    )

    @property
    def wallet_writers(self) -> list[str]:
        """Where bets, wins and rollbacks go: a player's always to the same of them."""
        return self.wallet_urls.split(",") if self.wallet_urls else [self.payments_url]
