"""What settings may not be together, and what production refuses; every fault at once."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from app.domain.errors import Fault
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.settings.fields import Settings

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def faults(settings: Settings, environ: Mapping[str, str]) -> list[Fault]:
    """What is wrong with the values together; empty when they may run."""
    mail, events = settings.mail, settings.events
    checks = [
        (not _is_issuer(settings.issuer), "issuer", "must be an http(s) address without path, query or fragment"),
        (settings.issuer.endswith("/"), "issuer", "must not end with a slash"),
        (
            not _is_contact(settings.help_contact),
            "help_contact",
            "must be an e-mail address or an https address",
        ),
        (
            not _is_database(settings.database_url),
            "database_url",
            "must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME, with @ : / in a password as %40 %3A %2F",
        ),
        (settings.logging.level not in LOG_LEVELS, "logging.level", f"must be one of {', '.join(LOG_LEVELS)}"),
        (mail.transport not in {"smtp", "mailbox"}, "mail.transport", "must be smtp or mailbox"),
        (not _is_sender(mail.sender), "mail.sender", "must be an e-mail address, with or without a name before it"),
        (mail.transport == "smtp" and not mail.host.strip(), "mail.host", "must name the server that mail goes to"),
        (mail.tls not in {"none", "starttls", "implicit"}, "mail.tls", "must be none, starttls or implicit"),
        (
            "RS256" not in settings.keys.algorithms,
            "keys.algorithms",
            "must include RS256 (OpenID Connect Discovery section 3)",
        ),
        *(
            (alg not in SIGNING_ALGORITHMS, "keys.algorithms", f"{alg} is not supported")
            for alg in settings.keys.algorithms
        ),
        (
            events.first_wait_s > events.longest_wait_s,
            "events.first_wait_s",
            "must be no more than events.longest_wait_s",
        ),
    ]
    found = [(key, sentence) for wrong, key, sentence in checks if wrong]
    return found + (_production_faults(settings, environ) if settings.production else [])


def _is_issuer(issuer: str) -> bool:
    """Whether it is a host of our own: pages, cookies and well-known documents are those of a whole host."""
    try:
        parts = urlsplit(issuer)
        at_a_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    whole_host = bool(parts.hostname) and parts.path in {"", "/"} and not set("?#@") & set(issuer)
    return parts.scheme in {"http", "https"} and whole_host and at_a_port


def _is_contact(told: str) -> bool:
    return not told or told.startswith("https://") or re.fullmatch(r"[^@\s:?&]+@[^@\s:?&]+", told) is not None


def _is_sender(told: str) -> bool:
    return told.isprintable() and re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(told)[1]) is not None


def _is_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        at_a_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    in_a_file = parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1 and ":memory:" not in parts.path
    on_a_server = parts.scheme == "postgresql+psycopg" and at_a_port and parts.netloc.count("@") < 2
    return in_a_file or (on_a_server and len(parts.path) > 1)


def _production_faults(settings: Settings, environ: Mapping[str, str]) -> list[Fault]:
    checks = (
        (not settings.secure, "issuer", "must be https in production"),
        (settings.debug, "debug", "must be off in production"),
        (settings.mail.transport == "mailbox", "mail.transport", "mailbox exists only in development"),
        (
            settings.registration.open,
            "registration.open",
            "must be off in production: use initial access tokens",
        ),
        (settings.sandbox.clock, "sandbox.clock", "must be off in production: time there is real"),
        (bool(settings.outbound.private_hosts), "outbound.private_hosts", "must be empty in production"),
        ("AUTHLIB_INSECURE_TRANSPORT" in {*environ, *os.environ}, "AUTHLIB_INSECURE_TRANSPORT", "must not be set"),
    )
    return [(key, sentence) for wrong, key, sentence in checks if wrong] + list(_below_the_least(settings))


def _below_the_least(settings: Settings) -> Iterator[Fault]:
    """Numbers that are for tests and demonstrations."""
    sections = ((section.name, getattr(settings, section.name)) for section in fields(settings))
    for name, section in sections:
        for entry in fields(section) if is_dataclass(section) else ():
            least = entry.metadata.get("least_in_production")
            if least is not None and getattr(section, entry.name) < least:
                yield f"{name}.{entry.name}", f"must be at least {least} in production"
