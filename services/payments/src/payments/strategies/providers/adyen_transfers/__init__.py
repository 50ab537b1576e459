"""Adyen's Transfers API: payouts from a balance account to bank accounts, webhooks signed over the whole body."""
