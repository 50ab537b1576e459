"""What games is told by its environment."""

from pydantic import Field

from chassis.partners import PARTNER_HOSTS_ALLOWED, PartnerHostList
from chassis.settings import ServiceSettings
from chassis.settings.base import WebAddress


class Settings(ServiceSettings):
    """The settings every service has, and where the wallet is."""

    payments_url: WebAddress = Field(description="http(s)://host:port of the payments service")
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
