"""The trattoria's one page: a welcome with the day's menu, and for a guest who logged in a wifi voucher."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.demo.front_door import visitor
from app.demo.trattoria_sole.voucher import voucher_for

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> str:
    guest = visitor()
    return render_template("home.html", voucher=voucher_for(guest) if guest else None)
