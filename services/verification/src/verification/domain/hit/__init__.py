"""The hit: one player looks like one listed person, and a colleague says whether it is so."""
