from datetime import timedelta

import pytest

from app.domain.redelivery import wait


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 5), (1, 5), (2, 15), (3, 45), (4, 135), (8, 10_935), (9, 21_600), (10**9, 21_600)]
)
def test_each_failure_makes_the_wait_three_times_longer_up_to_a_limit(failures: int, seconds: int) -> None:
    assert wait(failures, 5.0, 21_600.0) == timedelta(seconds=seconds)
