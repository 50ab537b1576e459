"""The answer to a notification, where its provider wants one word and reads nothing else."""

from typing import ClassVar

from payments.application.ports import Notification, ProviderAccount, Reply


class Acknowledging:
    """A provider that is answered alike whatever it tells and whatever becomes of it: that it was `heard`."""

    heard: ClassVar[Reply] = Reply(b'{"received":true}')

    def answer_notification(
        self,
        account: ProviderAccount,  # noqa: ARG002 - the signature is the port's
        notification: Notification,  # noqa: ARG002
        *,
        accepted: bool,  # noqa: ARG002
    ) -> Reply:
        """See the port."""
        return self.heard
