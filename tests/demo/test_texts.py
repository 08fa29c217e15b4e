import re
from pathlib import Path

import pytest
from flask import Flask, session

from app.demo import texts
from app.demo.blauw_en_zoon.catalogue import CATALOGUE
from app.demo.marktplein.offers import OFFERS
from app.demo.problems import WORDED
from app.demo.texts import LANGUAGES, Texts, language, read_words

DEMO = Path(texts.__file__).parent
FILES = sorted(DEMO.rglob("*.toml"))
SHOPS = [file.parent.name for file in FILES if file.parent != DEMO]
PLACE = re.compile(r"{(\w+)}")
# Keys that the pages put together from a name: the names that each can be put together from.
PUT_TOGETHER = {
    "notice": WORDED
    | {"unreachable_now", "stopped", "visit_ended", "signed_out", "signed_out_here", "expired", "ended_by_sluis"}
    | {"nothing_new", "too_little"},
    "product": set(CATALOGUE),
    "offer": {offer.id for offer in OFFERS},
}


def test_there_is_a_file_of_words_for_all_shops_and_one_for_each() -> None:
    assert SHOPS == ["blauw_en_zoon", "marktplein", "trattoria_sole"]
    assert {DEMO / "texts.toml", DEMO / "counter.toml"} <= set(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_text_is_there_in_both_languages(file: Path) -> None:
    lacking = {key: set(words) for key, words in read_words(file).items() if set(words) != set(LANGUAGES)}

    assert lacking == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_text_is_blank_and_both_languages_fill_the_same_places(file: Path) -> None:
    for key, words in read_words(file).items():
        assert all(text.strip() == text and text for text in words.values()), key
        assert set(PLACE.findall(words["nl"])) == set(PLACE.findall(words["en"])), key


def test_a_text_that_lacks_a_language_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "texts.toml"
    file.write_text('[a.b]\nnl = "hallo"\n')

    assert {key: set(words) for key, words in read_words(file).items()} == {"a.b": {"nl"}}


def test_every_message_has_words_about_the_customer_and_words_to_the_customer() -> None:
    tables = [key.partition(".") for key in read_words(DEMO / "counter.toml")]
    about = {kind for table, _, kind in tables if table == "message"}

    assert about == {kind for table, _, kind in tables if table == "message_to_you"} != set()


@pytest.mark.parametrize("shop", SHOPS)
def test_every_text_that_a_page_names_is_there(shop: str) -> None:
    words = Texts(DEMO / "texts.toml", DEMO / "counter.toml", DEMO / shop / "texts.toml")
    named = {key for page in _pages(shop) for key in re.findall(r"""\bt\(["']([\w.-]+)["'][,)]""", page)}

    assert {key for key in named if key not in words} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_text_is_left_over(file: Path) -> None:
    shops = SHOPS if file.parent == DEMO else [file.parent.name]
    source = "\n".join(page for shop in shops for page in _pages(shop)) + _code()
    left = [key for key in read_words(file) if f'"{key}"' not in source and f"'{key}'" not in source]
    # What is put together from a name is found by its beginning: t("level." ~ level).
    put_together = [key for key in left if re.search(rf'"{re.escape(_beginning(key))}[\w.]*[."_{{]', source)]

    assert sorted(set(left) - set(put_together)) == []


@pytest.mark.parametrize(("noun", "names"), PUT_TOGETHER.items())
def test_everything_with_a_name_has_its_words(noun: str, names: set[str]) -> None:
    parts = {
        "notice": ("title", "text"),
        "product": ("name", "line", "story", "size", "maker"),
        "offer": ("name", "line"),
    }
    words = {key for file in FILES for key in read_words(file)}

    assert {f"{noun}.{name}.{part}" for name in names for part in parts[noun]} - words == set()
    named = {key.split(".")[1] for key in words if key.startswith(f"{noun}.") and key.count(".") == 2}
    assert named == names


@pytest.mark.parametrize(
    ("wanted", "read"),
    [
        ("nl", "nl"),
        ("nl-BE,en;q=0.5", "nl"),
        ("en-GB,nl;q=0.9", "en"),
        ("de,fr;q=0.8,en;q=0.1", "en"),
        ("de", "nl"),
        ("", "nl"),
        ("*", "nl"),
    ],
)
def test_the_browser_is_heard_and_else_it_is_dutch(wanted: str, read: str) -> None:
    with Flask(__name__).test_request_context(headers={"Accept-Language": wanted}):
        assert language() == read


def test_a_choice_made_here_counts_for_more_than_the_browser() -> None:
    app = Flask(__name__)
    app.secret_key = "signs cookies"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        session["language"] = "nl"

        assert language() == "nl"


def _pages(shop: str) -> list[str]:
    folders = (DEMO / "templates", DEMO / shop / "templates")
    return [page.read_text() for folder in folders for page in folder.rglob("*.html")]


def _code() -> str:
    return "\n".join(module.read_text() for module in DEMO.rglob("*.py"))


def _beginning(key: str) -> str:
    return key.split(".", maxsplit=1)[0] + "."
