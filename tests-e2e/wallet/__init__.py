"""Two services held to one agreement."""
