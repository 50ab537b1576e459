"""What every provider has in common: the same troubles and the same changes, over HTTP."""
