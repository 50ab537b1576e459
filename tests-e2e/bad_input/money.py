"""Requests about bonus money and about money of other currencies that the service accepts."""

from bad_input.example import Example

_PAYMENTS = "/api/payments/v1"

MONEY: dict[str, Example] = {
    f"POST {_PAYMENTS}/players/{{player_id}}/bonuses": Example(
        body={
            "action": "grant",
            "amount_minor": 5_00,
            "currency": "EUR",
            "reference": "spring campaign",
            "reason": "he brought a friend",
        },
    ),
    f"POST {_PAYMENTS}/players/{{player_id}}/exchanges": Example(
        body={
            "sold_currency": "EUR",
            "sold_minor": 1_00,
            "bought_currency": "USD",
            "at_least_minor": 1,
            "reason": "he moves abroad",
        },
        accepted=False,  # The casino does not offer it.
    ),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/exchange-policy": Example(body={"enabled": False, "spread_bp": 150}),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/bonus-policy": Example(body={"order_of_use": "bonus_first"}),
}
