"""What a log line may hold: fixed words and a list of fields, everything else dropped. One JSON object a line.

Rooms log through the standard library's loggers named ``sluis.*``: a sentence without values, and ``extra=`` for the
fields. Of libraries only the place is kept, from WARNING up: their sentences may quote what somebody sent.
"""

import json
import logging
import logging.config
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any

FIELDS = (
    "method",  # of the request
    "route",  # its pattern, never the address itself
    "status",  # HTTP
    "ms",  # how long it took
    "outcome",  # a code of ours or of the protocol
    "why",  # fixed words for us alone
    "reference",  # what an error page shows
    "error",  # the type of an exception
    "at",  # where it was raised: files and lines
    "client_id",  # of a client we know
    "grant_id",
    "stream_id",
    "mail_id",
    "logout_id",
    "case_id",
    "job",
    "counts",
    "attempts",
)
"""What ``extra=`` may add. All of it is ours: codes, counts, opaque ids, places in our source."""

_HOUSE = str(Path(__file__).parent) + os.sep
_LIBRARIES = f"{os.sep}site-packages{os.sep}"
_OURS = "sluis"
_SERVER = "_granian"


def place_of(fault: BaseException) -> str:
    """Where it came up, innermost first, for ``at``: the very place, and the way there through our own rooms.

    Never the message: a database names the values it was given.
    """
    frames = extract_tb(fault.__traceback__)[::-1]
    shown = frames[:1] + [frame for frame in frames[1:] if frame.filename.startswith(_HOUSE)][:5]
    return " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in shown)


def _short(file: str) -> str:
    return file.removeprefix(_HOUSE).rpartition(_LIBRARIES)[2]


def kind_of(fault: BaseException) -> str:
    """Its type, for ``error``. What wraps a database's own fault says less than that does."""
    return type(getattr(fault, "orig", None) or fault).__name__


def configure(level: str) -> None:
    """Let this process log to stderr from ``level`` up."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            **_to_stderr(),
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {
                _OURS: {"level": level},
                # At DEBUG it prints whole tokens.
                "authlib": {"level": "WARNING"},
            },
        }
    )
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # its complaint about a bad line would print the line's arguments


def server_config() -> dict[str, Any]:
    """The same for the HTTP server's own loggers, in the form it asks for; requests are logged by us."""
    return {
        **_to_stderr(),
        "filters": {"meant": {"()": _meant}},
        "loggers": {
            _SERVER: {"handlers": ["stderr"], "propagate": False, "filters": ["meant"]},
            "granian.access": {"handlers": []},
        },
    }


def _meant() -> Callable[[logging.LogRecord], bool]:
    return _is_meant  # made by name: where processes are spawned this is sent to them


def _is_meant(record: logging.LogRecord) -> bool:
    """False for its advice to have few threads: nearly all of them only wait (``app.web.turns``)."""
    return not str(record.msg).startswith("Configuration allows spawning up to")


def _to_stderr() -> dict[str, Any]:
    return {
        "formatters": {"lines": {"()": Lines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    }


class Lines(logging.Formatter):
    """One JSON object a line; a line break in a value cannot begin another."""

    def format(self, record: logging.LogRecord) -> str:
        """The sentence without its arguments: values are fields, or nowhere."""
        ours = record.name.partition(".")[0] in {_OURS, _SERVER}
        line: dict[str, Any] = {
            "event": str(record.msg) if ours else "said by a library",
            "timestamp": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= {field: vars(record)[field] for field in FIELDS if field in vars(record)}
        if not ours:
            line["at"] = f"{record.module}:{record.lineno}"
        if record.exc_info and (fault := record.exc_info[0]):
            line["error"] = fault.__name__  # its text and its traceback quote values
        return json.dumps(line, default=repr)
