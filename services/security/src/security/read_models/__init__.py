"""What security's screens show."""
