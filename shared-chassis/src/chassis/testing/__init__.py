"""What tests of every service share: given/when/then, a database per worker, contract suites, tokens."""
