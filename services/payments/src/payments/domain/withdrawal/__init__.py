"""A withdrawal: money on hold, people who approve, one payout that is never sent twice, and what the provider says."""
