"""CoinGate: crypto currencies in, through orders paid on its own page."""
