"""Game suppliers: each folder speaks one supplier's protocol; `registry.py` names them all."""
