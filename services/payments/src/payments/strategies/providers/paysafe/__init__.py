"""Paysafe's Payments API: wallets and cards behind payment handles. Integers in minor units, HMAC over the body."""
