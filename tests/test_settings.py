"""Settings: which layer wins, what is refused, and that everything wrong is told at once."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import Problems
from app.settings import ROOT, Settings, load_settings

PRODUCTION = """
issuer = "https://id.example.org"
database_url = "postgresql://sluis@db.internal/sluis"
"""


def refused(environ: dict[str, str], overrides: dict[str, Any] | None = None) -> dict[str, str]:
    """What is wrong, by key."""
    with pytest.raises(Problems) as refusal:
        load_settings(environ, overrides)
    return dict(refusal.value.found)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """The least variables of a sound production."""
    file = tmp_path / "production.toml"
    file.write_text(PRODUCTION)
    return {"SLUIS_ENVIRONMENT": "production", "SLUIS_CONFIG": str(file)}


def test_without_anything_the_development_settings_hold() -> None:
    settings = load_settings({})
    assert (settings.environment, settings.issuer) == ("development", "http://localhost:8000")
    assert settings.mail.transport == "mailbox"


def test_a_variable_wins_over_a_file_over_a_default_and_an_override_over_all(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[server]\nport = 8100\nthreads = 7\nworkers = 3\n[mail]\nhost = "file.example"\n')
    environ = {"SLUIS_CONFIG": str(file), "SLUIS_SERVER__PORT": "8200", "SLUIS_SERVER__THREADS": "8"}
    settings = load_settings(environ, {"server": {"threads": 9}})
    server = settings.server
    assert (server.workers, server.port, server.threads, server.host) == (3, 8200, 9, "127.0.0.1")
    assert settings.mail.host == "file.example"


def test_a_variable_may_name_a_file_that_holds_the_value(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n")
    assert load_settings({"SLUIS_MAIL__PASSWORD_FILE": str(secret)}).mail.password == "geheim"


def test_a_variable_of_a_file_that_is_not_there_is_refused() -> None:
    assert refused({"SLUIS_MAIL__PASSWORD_FILE": "/nowhere"}) == {
        "SLUIS_MAIL__PASSWORD_FILE": "names a file that cannot be read"
    }


def test_the_paths_of_files_are_settings_and_not_read() -> None:
    assert load_settings({"SLUIS_SECRETS_FILE": "/etc/sluis/secrets.toml"}).secrets_file == "/etc/sluis/secrets.toml"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("server.port", "8100", 8100),
        ("registration.open", "yes", True),
        ("registration.open", "0", False),
        ("outbound.timeout_s", "2.5", 2.5),
        ("outbound.private_hosts", "localhost, 127.0.0.1", ("localhost", "127.0.0.1")),
        ("outbound.private_hosts", "", ()),
        ("mail.host", "smtp.example", "smtp.example"),
    ],
)
def test_a_variable_is_read_as_the_kind_its_setting_is(key: str, text: str, value: object) -> None:
    section, _, leaf = key.partition(".")
    settings = load_settings({f"SLUIS_{section.upper()}__{leaf.upper()}": text})
    assert getattr(getattr(settings, section), leaf) == value


@pytest.mark.parametrize(
    ("overrides", "key", "sentence"),
    [
        ({"server": {"port": "eight"}}, "server.port", "must be a whole number"),
        ({"server": {"port": None}}, "server.port", "must be a whole number"),
        ({"registration": {"open": "perhaps"}}, "registration.open", "must be a true or false"),
        ({"outbound": {"timeout_s": "soon"}}, "outbound.timeout_s", "must be a number"),
        ({"outbound": {"private_hosts": [1]}}, "outbound.private_hosts", "must be a list of names"),
        ({"issuer": 8}, "issuer", "must be a text"),
        ({"server": 8000}, "server", "is a section"),
        ({"colour": "blue"}, "colour", "is not a setting"),
        ({"mail": {"colour": "blue"}}, "mail.colour", "is not a setting"),
        ({"issuer": "ftp://id.example"}, "issuer", "must be an http(s) address without path, query or fragment"),
        ({"issuer": "http://["}, "issuer", "must be an http(s) address without path, query or fragment"),
        ({"issuer": "http://id.example:port"}, "issuer", "must be an http(s) address without path, query or fragment"),
        ({"issuer": "http://me@id.example"}, "issuer", "must be an http(s) address without path, query or fragment"),
        ({"issuer": "https://id.example?x=1"}, "issuer", "must be an http(s) address without path, query or fragment"),
        ({"issuer": "https://id.example/a"}, "issuer", "must be an http(s) address without path, query or fragment"),
        ({"issuer": "https://id.example/"}, "issuer", "must not end with a slash"),
        ({"mail": {"transport": "pigeon"}}, "mail.transport", "must be smtp or mailbox"),
        ({"mail": {"tls": "some"}}, "mail.tls", "must be none, starttls or implicit"),
        ({"server": {"port": 70000}}, "server.port", "must be from 1 to 65535"),
        ({"server": {"workers": 0}}, "server.workers", "must be from 1 to 1024"),
        ({"server": {"trusted_proxies": -1}}, "server.trusted_proxies", "must be from 0 to"),
        ({"login": {"session_idle_s": -5}}, "login.session_idle_s", "must be from 1 to"),
        ({"login": {"email_link_s": 3599}}, "login.email_link_s", "must be from 3600 to"),
        ({"login": {"recovery_link_s": 59}}, "login.recovery_link_s", "must be from 60 to"),
        ({"login": {"argon2_memory_kib": 1}}, "login.argon2_memory_kib", "must be from 8 to"),
        ({"tokens": {"code_s": 10**15}}, "tokens.code_s", "must be from 1 to"),
        ({"tokens": {"code_s": 601}}, "tokens.code_s", "must be from 1 to 600"),
        ({"mail": {"transport": "smtp", "host": " "}}, "mail.host", "must name the server that mail goes to"),
        ({"outbound": {"timeout_s": 0}}, "outbound.timeout_s", "must be from 0.1 to"),
        ({"outbound": {"timeout_s": float("nan")}}, "outbound.timeout_s", "must be from 0.1 to"),
        ({"events": {"first_wait_s": 60.0, "longest_wait_s": 5.0}}, "events.first_wait_s", "must be no more than"),
        ({"mail": {"sender": "Sluis"}}, "mail.sender", "must be an e-mail address"),
        ({"mail": {"sender": "Sluis <a@id.example>\nBcc: b@id.example"}}, "mail.sender", "must be an e-mail address"),
        ({"database_url": "postgresql://me:p@ss@db.example/sluis"}, "database_url", "must be sqlite:///PATH or"),
        ({"database_url": "postgresql://me:p/s@db.example/sluis"}, "database_url", "must be sqlite:///PATH or"),
        ({"keys": {"algorithms": ["RS256", "none"]}}, "keys.algorithms", "none is not supported"),
        ({"keys": {"algorithms": ["ES256"]}}, "keys.algorithms", "must include RS256"),
        ({"logging": {"level": "CHATTY"}}, "logging.level", "must be one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(overrides: dict[str, Any], key: str, sentence: str) -> None:
    found = refused({}, overrides)
    assert found.keys() == {key}
    assert found[key].startswith(sentence)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('colour = "blue"\n[mail]\ntls = "some"\n')
    environ = {"SLUIS_CONFIG": str(file), "SLUIS_SERVER__PORT": "eight", "SLUIS_SERVER__DOORS": "2"}
    assert refused(environ, {"issuer": "x"}).keys() == {
        "colour",
        "mail.tls",
        "SLUIS_SERVER__PORT",
        "SLUIS_SERVER__DOORS",
        "issuer",
    }


def test_what_a_variable_got_wrong_is_told_by_the_name_the_operator_typed(tmp_path: Path) -> None:
    secret = tmp_path / "colour"
    secret.write_text("blue")
    wrong = {
        "SLUIS_DATABSE_URL": "x",
        "SLUIS_MAIL__COLOUR_FILE": str(secret),
        "SLUIS_Mial__Host": "x",
        "SLUIS_MIAL__A": "",
    }
    assert refused(wrong) == dict.fromkeys(wrong, "is not a setting")
    assert refused({"SLUIS_SERVER": "80", "SLUIS_SERVER__PORT": "81"}) == {"SLUIS_SERVER": "is a section"}


def test_an_unknown_environment_is_refused() -> None:
    assert refused({"SLUIS_ENVIRONMENT": "prod"}).keys() == {"SLUIS_ENVIRONMENT"}


def test_a_file_cannot_say_which_environment_this_is(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('environment = "production"\n')
    assert refused({"SLUIS_CONFIG": str(file)}) == {"environment": "is said by SLUIS_ENVIRONMENT, and by no file"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[mail]\npassword = "geheim"x', "is not valid TOML at line 2, column 20"),
        (b"issuer = 1\nissuer = 2", "is not valid TOML at end of document"),
        (b"sender = '\xff'", "is not a text in UTF-8"),
        (None, "cannot be read: Is a directory"),
    ],
)
def test_of_a_file_that_cannot_be_read_it_is_told_where_and_nothing_of_what_would_follow(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    broken = tmp_path if content is None else tmp_path / "broken.toml"
    if content is not None:
        broken.write_bytes(content)
    assert refused({"SLUIS_CONFIG": str(broken), "SLUIS_COLOUR": "blue"}) == {str(broken): said}
    assert refused({"SLUIS_CONFIG": "/nowhere.toml"}) == {
        "/nowhere.toml": "does not exist: make it, or let SLUIS_CONFIG name another"
    }


def test_variables_of_the_demo_and_of_secrets_are_no_settings() -> None:
    load_settings({"SLUIS_DEMO_EMAIL": "x", "SLUIS_CLIENT_SECRET_SHOP": "x", "SLUIS_PORT": "1", "HOME": "/root"})


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db/sluis", "postgresql+psycopg://u:p@db/sluis"),
        ("postgresql://u:p@db:5433/sluis", "postgresql+psycopg://u:p@db:5433/sluis"),
        ("postgresql+psycopg:///sluis", "postgresql+psycopg:///sluis"),
        ("sqlite:////srv/sluis.db", "sqlite:////srv/sluis.db"),
        ("sqlite:///var/sluis.db", f"sqlite:///{ROOT}/var/sluis.db"),
    ],
)
def test_a_database_is_named_in_the_usual_ways(given: str, used: str) -> None:
    assert load_settings({"SLUIS_DATABASE_URL": given}).database_url == used


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sluis.db",
        "mysql://db/sluis",
        "sqlite://",
        "sqlite:///:memory:",
        "postgres://db",
        "postgres://db:port/sluis",
    ],
)
def test_any_other_database_is_refused(url: str) -> None:
    assert refused({"SLUIS_DATABASE_URL": url}).keys() == {"database_url"}


def test_secrets_do_not_show_in_the_representation() -> None:
    settings = load_settings({"SLUIS_DATABASE_URL": "postgres://u:geheim@db/sluis", "SLUIS_MAIL__PASSWORD": "geheim"})
    assert "geheim" not in repr(settings)


def test_a_sound_production_is_accepted(production: dict[str, str]) -> None:
    settings = load_settings(production)
    assert (settings.production, settings.secure) == (True, True)


def test_the_example_of_a_production_is_accepted() -> None:
    example = ROOT / "config" / "production.example.toml"
    load_settings({"SLUIS_ENVIRONMENT": "production", "SLUIS_CONFIG": str(example)})


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        ({"issuer": "http://id.example.org"}, "issuer"),
        ({"debug": True}, "debug"),
        ({"mail": {"transport": "mailbox"}}, "mail.transport"),
        ({"registration": {"open": True}}, "registration.open"),
        ({"outbound": {"private_hosts": ["localhost"]}}, "outbound.private_hosts"),
    ],
)
def test_production_refuses_what_is_for_development(
    production: dict[str, str], overrides: dict[str, Any], key: str
) -> None:
    assert refused(production, overrides).keys() == {key}
    load_settings({}, overrides)


@pytest.mark.parametrize(
    ("section", "name", "least"),
    [("login", "argon2_memory_kib", 19_456), ("login", "argon2_time_cost", 2), ("login", "window_s", 60)],
)
def test_production_refuses_a_number_that_is_for_tests(
    production: dict[str, str], section: str, name: str, least: int
) -> None:
    below = {section: {name: least - 1}}
    assert refused(production, below) == {f"{section}.{name}": f"must be at least {least} in production"}
    load_settings(production, {section: {name: least}})
    load_settings({}, below)


def test_a_floor_of_production_is_within_what_may_be_set_and_so_is_every_default() -> None:
    for section in (getattr(Settings(), entry.name) for entry in fields(Settings)):
        for entry in fields(section) if is_dataclass(section) else ():
            if type(entry.default) not in {int, float}:
                continue
            least, most = entry.metadata["range"]
            floor = entry.metadata["least_in_production"]
            assert (least if floor is None else floor) <= entry.default <= most, entry.name
            assert least <= (floor or least), entry.name


def test_production_refuses_the_switch_that_lets_oauth_go_over_plain_http(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused({**production, "AUTHLIB_INSECURE_TRANSPORT": "1"}).keys() == {"AUTHLIB_INSECURE_TRANSPORT"}
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    assert refused(production).keys() == {"AUTHLIB_INSECURE_TRANSPORT"}
