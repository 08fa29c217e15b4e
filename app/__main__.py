"""``sluis`` and ``python -m app``: runs the command, and loads the house only when one needs it."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.opening import Assembly


def main() -> None:
    """Run the ``sluis`` command; stopped while it loads, it says nothing."""
    # Loading makes half a million objects and no garbage: to walk them again and again is a sixth of its time.
    gc.set_threshold(100_000, 20, 100)
    try:
        from app.cli import run  # noqa: PLC0415 - inside the try, for it takes a moment

        run(_assembly)
    except KeyboardInterrupt:
        sys.exit(130)


def _assembly() -> Assembly:
    from app.composition import assembly  # noqa: PLC0415 - two seconds that `sluis demo` does not have

    return assembly()


if __name__ == "__main__":
    main()
