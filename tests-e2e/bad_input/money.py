"""Requests about bonus money, money of other currencies and unknown outcomes that the service accepts, or rightly
refuses.
"""

from bad_input.example import Example

_PAYMENTS = "/api/payments/v1"

_FOUND_OUT = {"outcome": "never_paid", "reason": "they wrote that they never saw it"}

MONEY: dict[str, Example] = {
    # Of what was not sent there is nothing to find out.
    f"POST {_PAYMENTS}/withdrawals/{{withdrawal_id}}/outcome": Example(body=_FOUND_OUT, accepted=False),
    f"POST {_PAYMENTS}/deposits/{{deposit_id}}/outcome": Example(body=_FOUND_OUT, accepted=False),
    f"POST {_PAYMENTS}/refunds/{{refund_id}}/outcome": Example(
        path={"refund_id": "5f1a1b9e-7d0a-5a4e-9a64-3f1f3c1f2b12"}, body=_FOUND_OUT, accepted=False
    ),
    f"POST {_PAYMENTS}/refunds/{{refund_id}}/reject": Example(
        path={"refund_id": "5f1a1b9e-7d0a-5a4e-9a64-3f1f3c1f2b12"},
        body={"reason": "their desk is closed"},
        accepted=False,
    ),
    # It has no parts, and nothing of it was halted.
    f"POST {_PAYMENTS}/withdrawals/{{withdrawal_id}}/retry": Example(
        body={"reason": "their bank is up again"}, accepted=False
    ),
    f"POST {_PAYMENTS}/withdrawals/{{withdrawal_id}}/parts/{{part_id}}/reject": Example(
        path={"part_id": "5f1a1b9e-7d0a-5a4e-9a64-3f1f3c1f2b12"},
        body={"reason": "their desk is closed"},
        accepted=False,
    ),
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
    f"POST {_PAYMENTS}/players/{{player_id}}/debt-write-offs": Example(
        body={"amount_minor": 1_00, "currency": "EUR", "reference": "collector 4711", "reason": "he cannot be found"},
        accepted=False,  # He owes nothing.
    ),
    f"POST {_PAYMENTS}/casinos/{{casino_id}}/floats/{{provider}}": Example(
        path={"provider": "trustly"},
        body={"currency": "EUR", "balance_minor": 5_000_00, "reason": "it stands so on their page"},
    ),
    f"POST {_PAYMENTS}/casinos/{{casino_id}}/providers/{{provider}}/stop": Example(
        path={"provider": "skrill"},
        body={"reason": "it takes payments twice"},
        accepted=False,  # The casino has no account there.
    ),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/debt-policy": Example(body={"stops": "nothing"}),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/exchange-policy": Example(body={"enabled": False, "spread_bp": 150}),
    f"PUT {_PAYMENTS}/casinos/{{casino_id}}/bonus-policy": Example(body={"order_of_use": "bonus_first"}),
}
