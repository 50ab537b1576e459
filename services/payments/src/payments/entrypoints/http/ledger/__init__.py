"""Whether the books add up."""
