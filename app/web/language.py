"""The language of a page: the person's choice, else the running login request's, the browser's, Dutch."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, abort, after_this_request, g, redirect, request
from flask_babel import Babel, refresh
from werkzeug.wrappers import Response

from app.domain.purposes import LANGUAGES
from app.services import account
from app.services.local_time import LOCAL_TIME
from app.settings import ROOT
from app.web import current
from app.web.way_back import local_path

DEFAULT = "nl"

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("language", __name__, url_prefix="/language")


def install(app: Flask) -> None:
    """Let Flask-Babel ask us."""
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone=LOCAL_TIME.key,
        default_translation_directories=str(ROOT / "app" / "translations"),
        locale_selector=_select,
    )
    app.jinja_env.globals["read_in"] = current.language


def ask_for(ui_locales: tuple[str, ...]) -> None:
    """The running login request prefers these (OpenID Connect Core §3.1.2.1); the person's choice wins."""
    g.ui_locales = ui_locales
    refresh()


def as_read(view: Callable[P, R]) -> Callable[P, R]:
    """Answer a form in the language its page was in, whatever was chosen in another window since.

    A receipt keeps the words the person read. The language buttons of a page that keeps what was typed or picked in its
    form send that form: then the language is the one they choose.
    """

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        if (chosen := request.form.get("lang")) in LANGUAGES:
            _choose(str(chosen))
        else:
            g.read_in = request.form.get("read-in", "")
            refresh()
        return view(*args, **kwargs)

    return answer


def looks_again() -> bool:
    """Whether a form was sent only to see its page once more, as it is filled in: nothing in it is to be done."""
    return not request.form.keys().isdisjoint({"lang", "look"})


def _select() -> str:
    if (read_in := g.get("read_in")) in LANGUAGES:
        return str(read_in)
    chosen = current.cookie(current.LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    for tag in g.get("ui_locales", ()):
        if (base := tag.lower().split("-")[0]) in LANGUAGES:
            return str(base)
    # The best first, by their first part: for nl-BE,en;q=0.5 Dutch is what was asked.
    accepted = (tag.lower().split("-")[0] for tag in request.accept_languages.values())
    return next((base for base in accepted if base in LANGUAGES), DEFAULT)


@blueprint.post("")
def choose() -> Response:
    """Remember the choice, in this browser and for mail, and return to the page it was made on."""
    lang = request.form.get("lang", "")
    if lang not in LANGUAGES:
        abort(400)
    _choose(lang)
    return redirect(local_path(request.form.get("next")) or "/", 303)


def _choose(lang: str) -> None:
    session = current.session()
    if session is not None:
        account.speak(current.services(), session.person_id, lang)
    g.read_in = lang
    refresh()

    @after_this_request
    def _keep(response: Response) -> Response:
        current.keep_cookie(response, current.LANGUAGE_COOKIE, lang, max_age=current.ONE_YEAR_S)
        return response
