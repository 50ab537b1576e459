"""Endpoints: rules against fraud, decisions, cases and lists."""
