"""One story through every service, as a newcomer would live it: played by pytest and by `make demo ONCE=1`."""
