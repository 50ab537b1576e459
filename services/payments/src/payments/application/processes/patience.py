"""When an undecided thing is asked about again: within seconds at first, then ever more rarely."""

from datetime import timedelta

_STEPS = (
    (timedelta(seconds=20), timedelta(seconds=2)),
    (timedelta(minutes=2), timedelta(seconds=10)),
    (timedelta(minutes=15), timedelta(minutes=1)),
    (timedelta(hours=2), timedelta(minutes=10)),
    (timedelta(days=1), timedelta(hours=1)),
)
_LAST = timedelta(days=1)

SLOWEST_WEBHOOK = timedelta(minutes=2)
"""Where the provider has answered, its webhook normally decides; it is asked no sooner than this."""


def again_after(age: timedelta) -> timedelta:
    """The pause before the next question about something of this age.

    >>> [str(again_after(timedelta(minutes=m))) for m in (0, 1, 10, 60, 600, 6000)]
    ['0:00:02', '0:00:10', '0:01:00', '0:10:00', '1:00:00', '1 day, 0:00:00']
    """
    return next((pause for older_than, pause in _STEPS if age < older_than), _LAST)
