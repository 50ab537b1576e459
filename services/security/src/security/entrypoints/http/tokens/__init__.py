"""Endpoints: tokens for partners' programs."""
