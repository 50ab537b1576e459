"""Why something about a client is refused."""

from chassis.domain import DomainError, Invalid, NotFound


class ClientUnknown(NotFound):
    pass


class ClientKeyUnknown(NotFound):
    pass


class ClientAssignmentUnknown(NotFound):
    pass


class ClientExists(DomainError):
    """Another client has this name."""

    code = "client_exists"


class ClientIsDisabled(DomainError):
    """It takes no keys and no roles before it is enabled again."""

    code = "client_is_disabled"


class ClientExpiryInvalid(Invalid):
    """A client ends some day, and not in the past: whoever still needs it says so once a year."""

    code = "client_expiry_invalid"


class ClientKeysFull(DomainError):
    """Two keys overlap while one replaces the other; a third would be one that nobody watches."""

    code = "client_keys_full"


class ClientKeyTaken(DomainError):
    """A key and its id are used once: a retired key does not come back, and no two clients share one."""

    code = "client_key_taken"


class ClientOutOfScope(Invalid):
    """A client holds no role at casinos that are not its own."""

    code = "client_out_of_scope"
