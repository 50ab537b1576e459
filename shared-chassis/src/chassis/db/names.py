"""Names of tables and columns in statements that are put together."""


def quoted(name: str) -> str:
    """A name as an SQL identifier, whatever is in it: the one way for a variable into a statement.

    >>> quoted('rm_order"list')
    '"rm_order""list"'
    """
    return '"' + name.replace('"', '""') + '"'
