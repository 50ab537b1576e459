"""PaymentIQ: a cashier of its own that calls us. Decimal amounts as JSON numbers, and a signature of ours."""
