"""How backoffice reaches security, and how it keeps personal data."""
