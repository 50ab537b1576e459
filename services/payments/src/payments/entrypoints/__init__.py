"""Where payments is entered: HTTP, the wallet hop, events, tasks."""
