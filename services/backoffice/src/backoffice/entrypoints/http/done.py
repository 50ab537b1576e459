"""The answer to a command that leaves nothing to say."""

from pydantic import BaseModel


class Done(BaseModel):
    """It is done."""

    done: bool = True
