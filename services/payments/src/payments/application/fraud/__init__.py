"""Analysis of payments: what is counted, decided and published."""
