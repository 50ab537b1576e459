"""Endpoints: casinos."""
