"""KYC cases, documents, screening."""
