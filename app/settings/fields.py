"""Every setting, typed and frozen, with its default and the sentence docs/configuration.md shows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


_MOST = 1_000_000
"""Of what nobody can say how much is sane."""
_HIGHEST_PORT = 65_535
_DAY = 24 * 3600


def _said(
    text: str, default: Any, *, least: float = 1, most: int = _MOST, least_in_production: float | None = None
) -> Any:
    """A field with the sentence that docs/configuration.md shows; a number is from ``least`` to ``most``.

    A floor that only production has is one that tests and demonstrations go below, where it costs time and keeps
    nobody out.
    """
    limits = {"range": (least, most), "least_in_production": least_in_production}
    return field(default=default, metadata={"doc": text, **limits})


@dataclass(frozen=True)
class Server:
    """How the provider is served."""

    host: str = _said("Address the server listens on.", "127.0.0.1")
    port: int = _said("Port the server listens on.", 8000, most=_HIGHEST_PORT)
    workers: int = _said(
        "Server processes. All state is in the database, so any number may run; of more than there are processors the"
        " log warns at the start, and they run.",
        1,
        most=1024,
    )
    threads: int = _said("Threads per process that run requests.", 4, most=1024)
    trusted_proxies: int = _said(
        "Reverse proxies whose X-Forwarded-* headers are believed; 0 believes none.", 0, least=0, most=10
    )


@dataclass(frozen=True)
class Mail:
    """How mail leaves."""

    transport: str = _said("`smtp`, or `mailbox`: a page on this server, for development only.", "smtp")
    host: str = _said("SMTP server.", "localhost")
    port: int = _said("SMTP port.", 25, most=_HIGHEST_PORT)
    tls: str = _said("`none`, `starttls` or `implicit`.", "none")
    username: str = _said("SMTP user name; empty for none.", "")
    password: str = field(default="", repr=False, metadata={"doc": "SMTP password.", "secret": True})
    sender: str = _said("From address of all mail.", "Sluis <no-reply@localhost>")


@dataclass(frozen=True)
class Login:
    """Sessions and password attempts."""

    session_idle_s: int = _said("A session unused for this long has ended.", 12 * 3600, most=30 * _DAY)
    session_absolute_s: int = _said("No session lasts longer than this.", 30 * 24 * 3600, most=90 * _DAY)
    email_link_s: int = _said(
        "How long a link in a mail to a person works: an hour or more, told in whole hours.",
        24 * 3600,
        least=3600,
        most=7 * _DAY,
    )
    recovery_link_s: int = _said(
        "How long a password recovery link works: a minute or more, told in whole minutes.",
        15 * 60,
        least=60,
        most=_DAY,
    )
    # No more than NIST SP 800-63B lets anybody try in a row.
    failures_per_account: int = _said(
        "Wrong passwords for one account within the window before it must wait.", 10, most=100
    )
    failures_per_source: int = _said(
        "Wrong passwords from one network source within the window before it must wait.", 100, most=10_000
    )
    requests_per_source: int = _said(
        "Logins begun from one network source within the window before anybody signs in there.", 30_000
    )
    window_s: int = _said(
        "The window in which wrong passwords and logins count.", 15 * 60, most=_DAY, least_in_production=60
    )
    # In production OWASP's least for argon2id.
    argon2_memory_kib: int = _said(
        "Memory of one password hash.", 19 * 1024, least=8, most=1024 * 1024, least_in_production=19 * 1024
    )
    argon2_time_cost: int = _said("Passes of one password hash.", 2, most=100, least_in_production=2)


@dataclass(frozen=True)
class Tokens:
    """Lifetimes of everything handed to clients."""

    request_s: int = _said("An authorization request waits this long for the person.", 30 * 60, most=_DAY)
    # RFC 9126 section 2.2 and RFC 6749 section 4.1.2 name ten minutes as the longest.
    pushed_s: int = _said("A pushed authorization request must be opened by a browser within this time.", 90, most=600)
    code_s: int = _said("Life of an authorization code.", 60, most=600)
    # No longer than a session that ended is remembered: its tokens ask for it (storage.expired).
    access_token_s: int = _said("Life of an access token.", 10 * 60, most=_DAY)
    id_token_s: int = _said("Life of an ID token.", 5 * 60, most=_DAY)
    refresh_grace_s: int = _said(
        "A rotated refresh token still answers with the same successor for this long.", 10, least=0, most=60
    )


@dataclass(frozen=True)
class Registration:
    """Dynamic client registration (RFC 7591)."""

    open: bool = _said("Whether a client may register itself without an initial access token.", default=False)
    per_source_per_hour: int = _said("Registrations one network source may try per hour.", 60)


@dataclass(frozen=True)
class Keys:
    """Signing keys."""

    algorithms: tuple[str, ...] = _said(
        "Algorithms a key is kept for; RS256 is required.", ("RS256", "ES256", "PS256", "EdDSA")
    )
    jwks_max_age_s: int = _said(
        "How long clients may cache the JWKS; a new key waits this long before it signs.", 300, most=7 * _DAY
    )


@dataclass(frozen=True)
class Receipts:
    """The signed records of what was agreed."""

    kept_after_erasure_days: int = _said(
        "How long a business can still fetch its receipts of somebody who erased their account. Five years and a month:"
        " as long as claims about them can be brought (article 3:310 of the Dutch civil code).",
        1856,
        least=0,
        most=30 * 366,
    )


@dataclass(frozen=True)
class Vault:
    """Consent checks and deposits by the systems of businesses."""

    checks_per_minute: int = _said("Requests for consent checks taken from one client in a minute.", 1200)
    deposits_per_minute: int = _said("Deposits and reads of deposits taken from one client in a minute.", 1200)


@dataclass(frozen=True)
class Outbound:
    """Requests this server makes to addresses that clients name."""

    private_hosts: tuple[str, ...] = _said(
        "Hosts exempt from the private-address and https rules; development only.", ()
    )
    timeout_s: float = _said("Total time of one request.", 5.0, least=0.1, most=60)


@dataclass(frozen=True)
class Events:
    """Telling businesses what happened: security events and logouts."""

    attempts: int = _said("Attempts at one event before it is given up as a dead letter.", 16, most=100)
    first_wait_s: float = _said("Wait after the first failure; three times longer after each next one.", 5.0, most=_DAY)
    longest_wait_s: float = _said("No wait between two attempts is longer.", 6 * 3600.0, most=7 * _DAY)
    poll_wait_s: float = _said(
        "How long a poll that finds nothing may wait for something; one per process does.", 5.0, least=0, most=600
    )


@dataclass(frozen=True)
class Sandbox:
    """For demonstrations and tests only; all of it is refused in production."""

    clock: bool = _said("Whether the page /clock may move the time on, for everybody at this provider.", default=False)


@dataclass(frozen=True)
class Logging:
    """What is logged."""

    level: str = _said("DEBUG, INFO, WARNING or ERROR. No level logs a personal value.", "INFO")


@dataclass(frozen=True)
class Settings:
    """The whole configuration of one process."""

    environment: str = _said(
        "development, testing or production: `SLUIS_ENVIRONMENT` says which, and no file.", "development"
    )
    issuer: str = _said(
        "The issuer identifier, also the base of every address: a host without a path; https in production.",
        "http://localhost:8000",
    )
    database_url: str = field(
        default="sqlite:///var/sluis.db",
        repr=False,
        metadata={"doc": "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."},
    )
    data_folder: str = _said(
        "Folder for what this machine keeps beside the database: see docs/backups.md.",
        "var",
    )
    secrets_file: str = _said("The file with the keys that are never in the database; mode 0600.", "var/secrets.toml")
    help_contact: str = _said(
        "Where people ask the operator for help: an e-mail or https address, on the page /help.", ""
    )
    levels_file: str = _said("The operator's levels.", "config/levels.toml")
    purposes_file: str = _said("The vocabulary of purposes.", "config/purposes.toml")
    debug: bool = _said("Development aids; refused in production.", default=False)
    server: Server = field(default_factory=Server)
    mail: Mail = field(default_factory=Mail)
    login: Login = field(default_factory=Login)
    tokens: Tokens = field(default_factory=Tokens)
    registration: Registration = field(default_factory=Registration)
    keys: Keys = field(default_factory=Keys)
    outbound: Outbound = field(default_factory=Outbound)
    receipts: Receipts = field(default_factory=Receipts)
    vault: Vault = field(default_factory=Vault)
    events: Events = field(default_factory=Events)
    logging: Logging = field(default_factory=Logging)
    sandbox: Sandbox = field(default_factory=Sandbox)

    @property
    def production(self) -> bool:
        """Whether development aids and secrets are refused."""
        return self.environment == "production"

    @property
    def secure(self) -> bool:
        """Whether the issuer is https, and cookies carry Secure and the __Host- prefix."""
        return self.issuer.startswith("https://")

    def path(self, name: str) -> Path:
        """A configured path; relative ones are below the project's folder."""
        return ROOT / name
