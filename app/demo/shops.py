"""Builds each demo business as its own Flask app: its pages and words, behind the front door that all share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, render_template
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from app.demo import display, front_door, received, texts
from app.demo.back_office import BackOffice
from app.demo.blauw_en_zoon.invoices import INVOICES
from app.demo.blauw_en_zoon.pages import pages as blauw_en_zoon
from app.demo.bookkeeping import NO_BOOKS, Books
from app.demo.counter import counter
from app.demo.customers import Customers
from app.demo.marktplein.pages import COLLECTION_ASKED
from app.demo.marktplein.pages import pages as marktplein
from app.demo.marktplein.till import till
from app.demo.memory import Memory
from app.demo.problems import LoginProblem
from app.demo.relying_party import RelyingParty
from app.demo.signals.desk import Desk
from app.demo.signals.doors import doors
from app.demo.signals.mailroom import Mailroom
from app.demo.signals.stream import EventStream
from app.demo.signals.tokens import TokenReader
from app.demo.texts import Texts
from app.demo.town_clock import TownClock
from app.demo.trattoria_sole.pages import pages as trattoria_sole

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Shop:
    """What sets one business apart: its pages, and what it asks at login."""

    pages: Blueprint
    login_scope: str
    login_params: Mapping[str, str] = field(default_factory=dict)
    till: Blueprint | None = None
    """Where the staff work, if the shop has a floor."""
    books: Books = NO_BOOKS
    """What the law makes it keep."""


SHOPS: Mapping[str, Shop] = {
    "trattoria-sole": Shop(trattoria_sole, "openid identity:low"),
    "blauw-en-zoon": Shop(blauw_en_zoon, "openid identity:low", books=INVOICES),
    "marktplein": Shop(
        marktplein,
        "openid identity:low identity:medium identity:high",
        {"authorization_details": json.dumps([COLLECTION_ASKED], separators=(",", ":"))},
        till,
    ),
}


def create_shop(
    name: str,
    *,
    issuer: str,
    client_id: str,
    client_secret: str,
    base_url: str,
    secret_key: str,
    clock_url: str | None = None,
) -> Flask:
    """Build the demo business called ``name`` (a key of SHOPS), a client of the provider at ``issuer``.

    ``clock_url`` is the page there that moves the time on, where the provider has one; the shop goes by that time.
    Asks the provider nothing yet. Raises KeyError for a shop that is not there.
    """
    shop = SHOPS[name]
    folder = name.replace("-", "_")
    app = _site(folder, base_url, secret_key)
    memory = Memory()
    party = RelyingParty(
        app,
        memory,
        issuer=issuer,
        client_id=client_id,
        client_secret=client_secret,
        base_url=base_url.rstrip("/"),
        clock=TownClock(clock_url),
    )
    app.jinja_env.globals["clock_url"] = clock_url
    app.extensions["demo_reception"] = _reception(shop, party, memory, BackOffice(issuer, client_id, client_secret))
    app.extensions["demo_books"] = shop.books
    app.register_blueprint(front_door.door)
    app.register_blueprint(doors)
    app.register_blueprint(counter)
    app.register_blueprint(shop.pages)
    if shop.till is not None:
        app.register_blueprint(shop.till)
    _speak(app, Texts(_HERE / "texts.toml", _HERE / "counter.toml", _HERE / folder / "texts.toml"))
    _answer_problems(app)
    _set_headers(app, issuer)
    return app


def _site(folder: str, base_url: str, secret_key: str) -> Flask:
    """The empty site of one business, with a session and forms of its own."""
    app = Flask(f"app.demo.{folder}")
    app.config.update(
        SECRET_KEY=secret_key,
        # The shops share a host, and cookies ignore ports: each needs its own cookie name.
        SESSION_COOKIE_NAME=f"{folder}_visit",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=base_url.startswith("https:"),
        MAX_CONTENT_LENGTH=64 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    # The provider's own knock has no form; its token says whose it is.
    CSRFProtect(app).exempt(doors)
    return app


def _reception(shop: Shop, party: RelyingParty, memory: Memory, office: BackOffice) -> front_door.Reception:
    """Everyone who works at the business: who lets visitors in, who knows the customers, who reads the mail."""
    customers, reader = Customers(memory), TokenReader(party, memory)
    desk = Desk(party, customers, office, lambda sub: shop.books.must_keep(memory, sub))
    mailroom = Mailroom(EventStream(party), reader, desk)
    return front_door.Reception(party, memory, shop.login_scope, shop.login_params, office, customers, reader, mailroom)


def _speak(app: Flask, words: Texts) -> None:
    """Give the templates the shop's words and the visitor, in the language of the page."""
    app.extensions["demo_texts"] = words

    @app.context_processor
    def page_values() -> dict[str, object]:
        language, at = texts.language(), front_door.reception()
        visit = front_door.visitor()
        known = at.customers.find(visit.sub) if visit else None

        def who(sub: str) -> str:
            customer = at.customers.find(sub)
            return (customer and customer.name) or words.say("customers.nameless", language, number=sub[:6])

        return {
            "lang": language,
            "t": lambda key, **values: words.say(key, language, **values),
            "day": lambda when: display.day(when, language),
            "clock_time": lambda when: display.clock_time(when, language),
            "instant": datetime.fromisoformat,
            "on_day": date.fromisoformat,
            "euros": lambda cents: display.euros(cents, language),
            "worded": lambda key, as_it_came: received.worded(key, str(as_it_came), words, language),
            "purposes_in_words": lambda ids: received.purposes_in_words(ids, words, language),
            "in_words": lambda facts: received.facts_in_words(facts, words, language),
            "named": lambda claims: received.named(claims, words, language),
            "in_message": lambda message, person: received.in_message(message, person, words, language),
            "who": who,
            "visit": visit,
            "items": received.items(visit, words, language) if visit else [],
            "told": known.told if known else {},
            "letters": at.mailroom.latest(visit.sub) if visit else [],
            "raw": received.raw,
            "login_url": front_door.login_url,
        }


def _answer_problems(app: Flask) -> None:
    @app.errorhandler(LoginProblem)
    def login_problem(problem: LoginProblem) -> tuple[str, int]:
        return render_template("_sluis/problem.html", code=problem.code), problem.status

    @app.errorhandler(CSRFError)
    def form_expired(_problem: CSRFError) -> tuple[str, int]:
        return render_template("_sluis/problem.html", code="form_expired"), 400

    @app.errorhandler(NotFound)
    def not_found(_problem: NotFound) -> tuple[str, int]:
        return render_template("_sluis/problem.html", code="not_found"), 404


def _set_headers(app: Flask, issuer: str) -> None:
    # Signing out and stepping up are forms that lead on to the provider, so form-action must admit it.
    provider = "{0.scheme}://{0.netloc}".format(urlsplit(issuer))
    policy = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {provider}"
    )

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if not response.cache_control.max_age and response.mimetype == "text/html":
            response.headers["Cache-Control"] = "no-store"
        return response
