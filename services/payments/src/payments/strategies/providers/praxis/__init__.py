"""Praxis: a cashier of many payment methods, on a page of its own."""
