"""Adyen's Disputes API v30: reasons that apply, documents, a defence, or an acceptance. Each is answered with success
or not, in words alone.
"""

import base64
import binascii
from typing import Any

REASONS = [
    {
        "defenseReasonCode": "GoodsOrServicesProvided",
        "satisfied": False,
        "defenseDocumentTypes": [
            {"available": False, "defenseDocumentTypeCode": "DefenseMaterial", "requirementLevel": "Required"},
            {"available": False, "defenseDocumentTypeCode": "TIDorInvoice", "requirementLevel": "Optional"},
        ],
    }
]


class Disputes:
    """Of one merchant account, by the reference of the dispute: what was supplied, and how it was answered."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.documents: dict[str, dict[str, bytes]] = {}
        self.answered: dict[str, str] = {}

    def act(self, what: str, wish: dict[str, Any]) -> dict[str, Any]:
        """One call."""
        reference = str(wish.get("disputePspReference"))
        if reference not in self.open or reference in self.answered:
            return _no("The dispute cannot be defended or accepted.")
        match what:
            case "retrieveApplicableDefenseReasons":
                return {**_yes(), "defenseReasons": REASONS}
            case "supplyDefenseDocument":
                return self._supply(reference, wish.get("defenseDocuments") or [])
            case "defendDispute":
                return self._defend(reference, wish.get("defenseReasonCode"))
            case "acceptDispute":
                self.answered[reference] = "accepted"
                return _yes()
            case _:
                return _no("There is no such call.")

    def _supply(self, reference: str, documents: list[dict[str, Any]]) -> dict[str, Any]:
        for one in documents:
            try:
                content = base64.b64decode(one["content"], validate=True)
            except (binascii.Error, KeyError):
                return _no("The document is not readable.")
            if one.get("contentType") not in ("application/pdf", "image/jpeg", "image/tiff"):
                return _no("The document is of a type that is not taken.")
            self.documents.setdefault(reference, {})[str(one["defenseDocumentTypeCode"])] = content
        return _yes()

    def _defend(self, reference: str, reason: object) -> dict[str, Any]:
        if reason != "GoodsOrServicesProvided" or "DefenseMaterial" not in self.documents.get(reference, {}):
            return _no("The reason does not apply, or a document is missing.")
        self.answered[reference] = "defended"
        return _yes()


def _yes() -> dict[str, Any]:
    return {"disputeServiceResult": {"success": True}}


def _no(why: str) -> dict[str, Any]:
    return {"disputeServiceResult": {"success": False, "errorMessage": why}}
