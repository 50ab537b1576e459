"""Payment instruments: seen with payments, recognised at other players, looked after by people."""
