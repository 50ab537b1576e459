"""What goes on over time: calls to providers, and the questions that follow an unknown outcome."""
