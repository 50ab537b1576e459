"""Sends signed calls to suppliers, byte for byte as they were built."""

import httpx

from games.application.ports import Outbound, SupplierReply, SupplierSilent

_LARGEST_REPLY = 32 * 1024 * 1024


class HttpSupplierClient:
    """See SupplierClient. No redirects, no cookies, no proxies from the environment."""

    def __init__(self, *, timeout_s: float) -> None:
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)

    async def send(self, outbound: Outbound) -> SupplierReply:
        """See SupplierClient."""
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
