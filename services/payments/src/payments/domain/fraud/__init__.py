"""Analysis of payments: rules as data over features of players, devices, addresses and instruments."""
