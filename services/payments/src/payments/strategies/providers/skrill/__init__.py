"""Skrill: Quick Checkout, the Automated Payments and Merchant Query Interfaces. Decimal amounts, MD5 or SHA-256."""
