"""When a message that could not be delivered is tried again, and when it is given up."""

from datetime import timedelta

_FACTOR = 3


def wait(failures: int, first_s: float, longest_s: float) -> timedelta:
    """How long to wait after so many failures in a row: three times longer each time, up to a limit."""
    exponent = min(max(failures, 1) - 1, 30)
    return timedelta(seconds=min(first_s * _FACTOR**exponent, longest_s))
