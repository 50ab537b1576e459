"""Endpoints: report jobs and their files."""
