"""Keys of devices, addresses, instruments and payouts: HMACs under a key of their own, different at each casino."""

import hashlib
import hmac
import ipaddress
from uuid import UUID

from chassis.privacy.keys import MasterKey, derive
from payments.application.fraud.ports import LISTED_AS, Signals

_DIGITS = 32
"""Hexadecimal ones, 128 bits: enough that no two things of a casino ever meet."""
_ISSUER = 6
"""Digits of a BIN that every provider tells: by them it is counted."""


class HmacFingerprints:
    """Implements `Fingerprints`.

    >>> from uuid import UUID
    >>> found = HmacFingerprints(bytes(32)).of(UUID(int=1), UUID(int=2), Signals(ip="81.2.69.142"))
    >>> sorted(found), len(found["ip"])
    (['ip', 'network', 'player'], 32)
    """

    def __init__(self, master_key: MasterKey) -> None:
        self._key = derive(master_key, "fraud-fingerprints")

    def of(self, casino_id: UUID, player_id: UUID, signals: Signals) -> dict[str, str]:
        """See Fingerprints."""
        texts = {
            "device": signals.device_id,
            "ip": signals.ip,
            "network": signals.ip,
            "instrument": signals.instrument,
            "charged": signals.charged,
            "bin": signals.bin[:_ISSUER] if signals.bin else None,
            "payout": signals.payout,
        }
        keys = {"player": str(player_id)}
        if signals.payout:
            texts["paid_to"] = signals.payout
        if signals.bin and len(signals.bin) > _ISSUER:
            texts["bin8"] = signals.bin
        for kind, text in texts.items():
            key = self.one(casino_id, LISTED_AS.get(kind, (kind,))[0], text) if text else None
            if key is not None:
                keys[kind] = key
        return keys

    def one(self, casino_id: UUID, kind: str, text: str) -> str | None:
        """See Fingerprints."""
        if kind == "player":
            return text
        plain = _address(kind, text) if kind in ("ip", "network") else text.strip()
        if not plain:
            return None
        message = f"{casino_id}/{kind}/{plain}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:_DIGITS]


def _address(kind: str, text: str) -> str | None:
    """A customer's line (IPv4 as it is, IPv6 /64), or his neighbourhood (/24, /48).

    None for what is no address of the internet: a proxy of ours says nothing about a player.
    """
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global:
        return None
    lengths = {"ip": 32, "network": 24} if address.version == 4 else {"ip": 64, "network": 48}
    return str(ipaddress.ip_network((address, lengths[kind]), strict=False))
