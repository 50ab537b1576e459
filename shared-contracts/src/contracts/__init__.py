"""What crosses a service border: events, money, permissions, error codes."""
