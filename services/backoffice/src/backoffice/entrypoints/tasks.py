"""What backoffice does when its time has come: forget whom an exclusion that is over no longer has to recognise."""

from backoffice.application.erasure import FORGET
from backoffice.domain.player.aggregate import player
from backoffice.domain.player.commands import ForgetIdentity
from chassis.store import Application, Context
from chassis.tasks import Handler, Task


def tasks(application: Application) -> dict[str, Handler]:
    """The handlers by kind. Each may run twice for the same task: the second time, there is nothing left to do."""

    async def forget(task: Task) -> None:
        ctx = Context.system("end-of-exclusion", application.clock)
        await application.execute(player, task.id, ForgetIdentity(), ctx)

    return {FORGET: forget}
