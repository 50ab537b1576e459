"""How the rules of the catalogue are written down."""

from typing import Any


def of(feature: str, key: str | None = None, window: str | None = None) -> dict[str, str]:
    """A feature, of what, over which time."""
    named = {"feature": feature, "of": key, "in": window}
    return {name: value for name, value in named.items() if value is not None}


def euros(amount: int) -> dict[str, Any]:
    """So many euros, in minor units of the payment's currency."""
    return {"mul": [amount, of("euro_minor")]}


def rule(id_: str, trigger: str, action: str, text: str, when: Any, **more: Any) -> dict[str, Any]:
    """A rule that counts from the beginning, unless `more` says otherwise."""
    return {"id": id_, "trigger": trigger, "action": action, "mode": "live", "text": text, "when": when, **more}
