"""What every payment provider strategy keeps, whatever its protocol."""
