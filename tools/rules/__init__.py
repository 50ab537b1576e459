"""The project's own rules over the syntax tree, each with the incident it prevents.

`python -m tools.rules` checks the repository, `--list` tells every rule. A line that must break a rule says why:

    time.sleep(1)  # allow no-sleep-in-tests: the broker rounds its clock to seconds
"""
