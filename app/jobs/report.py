"""What one run of a job did: counts, no identities."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Report:
    """``counts`` by word; ``more`` when the job stopped before it was through, and should run again at once."""

    counts: Mapping[str, int] = field(default_factory=dict)
    more: bool = False
