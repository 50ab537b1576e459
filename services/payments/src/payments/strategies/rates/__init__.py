"""Sources of exchange rates, one folder each."""
