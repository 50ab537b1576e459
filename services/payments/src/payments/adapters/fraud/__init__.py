"""Analysis of payments in PostgreSQL: counters, links, decisions, rules and lists."""
