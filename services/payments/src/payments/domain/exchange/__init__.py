"""Money of one currency for money of another."""
