"""What payout providers hold of a casino's money."""
