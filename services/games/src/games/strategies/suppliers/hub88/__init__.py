"""Hub88, an aggregator: Operator API v2 (docs.hub88.io), seamless wallet, RSA-signed JSON, status in a 200."""

from games.strategies.suppliers.hub88.supplier import Hub88

__all__ = ["Hub88"]
