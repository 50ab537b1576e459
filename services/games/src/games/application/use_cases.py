"""All that games can be asked to do, put together over its ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from chassis.partners import PartnerHosts
from chassis.store import Application
from games.application.catalogue import CatalogueSync, GameSwitch
from games.application.errors import SupplierUnknown
from games.application.launching import Launcher
from games.application.ports import GameSupplier, Lookups, SupplierClient
from games.application.sessions import Sessions
from games.application.storage import Accounts, Announce, Catalogue
from games.application.supplier_accounts import SupplierAccounts
from games.application.tokens import SessionTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the use cases stand on."""

    accounts: Accounts
    catalogue: Catalogue
    lookups: Lookups
    suppliers: Mapping[str, GameSupplier]
    client: SupplierClient
    partner_hosts: PartnerHosts
    tokens: SessionTokens
    announce: Announce

    def supplier(self, name: str) -> GameSupplier:
        """The supplier of this name; SupplierUnknown (404) when this build speaks no such protocol."""
        try:
            return self.suppliers[name]
        except KeyError:
            raise SupplierUnknown from None


class UseCases:
    """The use cases.

    Args:
        lifetime: how long a session takes bets.
        patience: how long a launch may stay without an answer.
    """

    def __init__(self, application: Application, ports: Ports, *, lifetime: timedelta, patience: timedelta) -> None:
        self.ports = ports
        self.sessions = Sessions(application, tokens=ports.tokens, lookups=ports.lookups, announce=ports.announce)
        self.launcher = Launcher(
            application,
            sessions=self.sessions,
            tokens=ports.tokens,
            lookups=ports.lookups,
            catalogue=ports.catalogue,
            suppliers=ports.suppliers,
            client=ports.client,
            lifetime=lifetime,
            patience=patience,
        )
        self.catalogue_sync = CatalogueSync(
            application,
            accounts=ports.accounts,
            catalogue=ports.catalogue,
            suppliers=ports.suppliers,
            client=ports.client,
            announce=ports.announce,
        )
        self.game_switch = GameSwitch(ports.catalogue, ports.announce)
        self.supplier_accounts = SupplierAccounts(ports.accounts, ports.lookups, ports.announce, ports.partner_hosts)
