"""What payments can be told by its environment."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from chassis.partners import PARTNER_HOSTS_ALLOWED, PartnerHostList
from chassis.settings import ServiceSettings
from chassis.settings.base import WebAddress


class Settings(ServiceSettings):
    """See the descriptions; every variable is the field's name in capitals."""

    verification_url: WebAddress = Field(description="http(s)://host:port of the verification service")
    partner_hosts: PartnerHostList = Field(default="", description=PARTNER_HOSTS_ALLOWED)
    ledger_writers: int = Field(
        default=2, ge=1, le=16, description="batches posted at the same time under full load, 1 to 16"
    )
    rates_source: Literal["eurofxref"] = Field(
        default="eurofxref", description="where exchange rates come from: a file in the European Central Bank's format"
    )
    rates_file: str = Field(
        default="", description="the file with exchange rates, eurofxref-daily.xml or eurofxref.csv; empty: none"
    )
    rates_oldest_days: int = Field(
        default=4,  # The European Central Bank publishes no rates from Good Friday to Easter Monday.
        ge=0,
        le=36_500,
        description="days from 0 to 36500: older exchange rates are none",
    )
    attempt_days: int = Field(
        default=540,  # The longest time after a payment that card schemes let somebody dispute it.
        ge=31,  # An order is sent again for 30 days, and what became of each call tells whether it ever left.
        le=3650,
        description="days from 31 to 3650 that a call to a payment provider, and the whole of what we closed, is shown",
    )
    restriction_feed_bound_s: float = Field(
        default=60.0, gt=0, le=3600, description="seconds; when restrictions may be older than this no bet is taken"
    )

    @property
    def restriction_feed_bound(self) -> timedelta:
        """`restriction_feed_bound_s`, as time."""
        return timedelta(seconds=self.restriction_feed_bound_s)
