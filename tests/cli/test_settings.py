"""What an operator reads about settings is generated from them."""

from app.cli import settings
from app.settings import ROOT
from tests.cli.conftest import Installation


def test_the_page_of_settings_is_not_stale() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert page == settings.page() + "\n", "run: sluis settings --markdown > docs/configuration.md"


def test_every_setting_says_what_it_is_for() -> None:
    for name, default, meaning in settings.rows():
        assert meaning.strip().endswith((".", ";")), name
        assert default, name


def test_the_command_prints_the_page(plain: Installation) -> None:
    said = plain.run("settings", "--markdown")
    assert "\n".join(said.out) == settings.page()
    assert any(line.startswith("issuer = ") for line in plain.run("settings").out)
