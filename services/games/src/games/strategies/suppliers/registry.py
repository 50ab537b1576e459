"""Every supplier this build can speak with. The key is the name in settings, addresses and events."""

from games.application.ports import GameSupplier
from games.strategies.suppliers.hub88 import Hub88

SUPPLIERS: dict[str, GameSupplier] = {supplier.name: supplier for supplier in (Hub88(),)}
