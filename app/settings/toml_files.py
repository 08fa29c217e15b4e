"""Reads a TOML file of the operator's, and says where one cannot be read; never what stands there."""

import re
import tomllib
from pathlib import Path
from typing import Any

from app.domain.errors import Fault


def read_toml(path: Path, found: list[Fault], named_by: str = "") -> dict[str, Any]:
    """What the file holds; nothing, and a fault in ``found``, when it cannot be read.

    ``named_by`` is the setting or variable that could name another; without one the file is a part of Sluis.
    """
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))  # some editors begin a file with a mark
    except FileNotFoundError:
        mend = f"make it, or let {named_by} name another" if named_by else "it is a part of Sluis, so put it back"
        found.append((str(path), f"does not exist: {mend}"))
    except OSError as fault:
        found.append((str(path), f"cannot be read: {fault.strerror}"))
    except UnicodeDecodeError:
        found.append((str(path), "is not a text in UTF-8"))
    except tomllib.TOMLDecodeError as fault:
        # Its own words may quote the file, in which a password may stand.
        place = re.search(r"\(at (.*)\)", str(fault))
        found.append((str(path), f"is not valid TOML{f' at {place[1]}' if place else ''}"))
    return {}
