"""What backoffice does and what it tells the others."""
