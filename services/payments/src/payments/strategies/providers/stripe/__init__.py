"""Stripe: cards in. Integer amounts, form-encoded calls, HMAC-signed webhooks."""
