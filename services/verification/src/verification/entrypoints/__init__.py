"""How the world gets in: requests, events, tasks, commands."""
