"""A dispute: a payer, or his bank, wants a payment back, in stages of which each has its deadline and its outcome."""
