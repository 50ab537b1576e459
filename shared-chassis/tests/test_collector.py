"""What a program consists of is not looked through for garbage."""

import gc

from chassis.collector import settle_collector


def test_what_was_there_before_is_left_alone_and_what_comes_later_is_still_collected() -> None:
    thresholds = gc.get_threshold()
    gc.unfreeze()  # What this run itself was told to leave alone.
    try:
        settle_collector()
        assert gc.get_freeze_count() > 0
        cycle: list[object] = []
        cycle.append(cycle)
        del cycle
        assert gc.collect() > 0
    finally:
        gc.set_threshold(*thresholds)
