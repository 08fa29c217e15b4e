"""What a log line may hold: fixed words and a list of fields, everything else dropped. One JSON object a line.

Rooms log through the standard library's loggers named ``sluis.*``: a sentence without values, and ``extra=`` for the
fields. Of libraries only the place is kept, from WARNING up: their sentences may quote what somebody sent.
"""

from __future__ import annotations

import errno
import logging
import logging.config
import os
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from structlog.types import EventDict, WrappedLogger

FIELDS = (
    "method",  # of the request
    "route",  # its pattern, never the address itself
    "status",  # HTTP's, or what a mail server answered
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
    """Its type, for ``error``, and where that says little the system's or SQLite's name for what went wrong.

    What wraps a database's own fault says less than that does.
    """
    fault = getattr(fault, "orig", None) or fault
    name = getattr(fault, "sqlite_errorname", None)
    if type(fault) is OSError:
        name = errno.errorcode.get(fault.errno or 0)
    return " ".join(filter(None, (type(fault).__name__, name)))


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
        "formatters": {"lines": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    }


def formatter() -> logging.Formatter:
    """One JSON object a line; a line break in a value cannot begin another."""
    import structlog  # noqa: PLC0415 - dear to load, and commands log nothing
    from structlog.stdlib import ExtraAdder, ProcessorFormatter  # noqa: PLC0415

    return ProcessorFormatter(
        processors=[
            _fixed_words,
            _no_traceback,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            ExtraAdder(allow=FIELDS),
        ],
    )


def _fixed_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] in {_OURS, _SERVER}:
        event["event"] = str(record.msg)  # without its arguments: values are fields, or nowhere
    else:
        event["event"] = "said by a library"
        event["at"] = f"{record.module}:{record.lineno}"
    return event


def _no_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # A traceback quotes values, and so does an exception's own text; its type does not.
    fault = event.pop("exc_info", None)
    if isinstance(fault, tuple) and fault[0] is not None:
        event["error"] = fault[0].__name__
    event.pop("stack_info", None)
    return event
