"""BTCPay Server: crypto currencies in and out through a server of the operator's own, by its Greenfield API."""
