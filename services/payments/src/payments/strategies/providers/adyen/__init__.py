"""Adyen: cards and local methods in, by payment links. Integer amounts, JSON calls, webhooks with an HMAC inside."""
