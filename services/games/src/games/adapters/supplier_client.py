"""Sends signed calls to suppliers, byte for byte as they were built."""

import httpx

from chassis.partners import PartnerHosts
from chassis.tls import believed
from games.application.ports import GameSupplier, Outbound, SupplierReply, SupplierSilent

_LARGEST_REPLY = 32 * 1024 * 1024


class HttpSupplierClient:
    """See SupplierClient. No redirects, no cookies, no proxies from the environment.

    Args:
        partner_hosts: who may be called beside the suppliers' own servers; asked at each call, because an account may
            be older than what is allowed now.
    """

    def __init__(self, partner_hosts: PartnerHosts, *, timeout_s: float) -> None:
        self._partner_hosts = partner_hosts
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, verify=believed(), trust_env=False)

    async def send(self, supplier: GameSupplier, outbound: Outbound) -> SupplierReply:
        """See SupplierClient."""
        if not self._partner_hosts.allow(outbound.url, supplier.hosts):
            raise SupplierSilent("not called: base_url is not a server that may be called")
        try:
            async with self._client.stream(
                outbound.method, outbound.url, content=outbound.body, headers=dict(outbound.headers)
            ) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _LARGEST_REPLY:
                        raise SupplierSilent("the answer is larger than any answer should be")
                return SupplierReply(response.status_code, bytes(body))
        except httpx.HTTPError as error:
            raise SupplierSilent(repr(error)) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
