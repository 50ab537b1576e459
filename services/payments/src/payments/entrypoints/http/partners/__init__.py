"""Where payment providers call us, each by its own protocol and with its own signature."""
