"""What backoffice's screens show."""
