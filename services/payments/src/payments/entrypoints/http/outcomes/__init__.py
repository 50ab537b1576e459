"""Endpoints: what people find out where a provider said nothing."""
