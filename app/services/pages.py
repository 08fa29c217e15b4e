"""Reads many rows a page at a time: no read lasts as long as the whole."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from app.services.wiring import Services

_PAGE = 500
_Row = TypeVar("_Row")
_Place = TypeVar("_Place")


def pages(
    services: Services,
    read: Callable[[Connection, _Place, int], Sequence[_Row]],
    place: _Place,
    place_of: Callable[[_Row], _Place],
) -> Iterator[Sequence[_Row]]:
    """Every page ``read`` gives after ``place``; the next one begins after the last row of the one before."""
    while True:
        with services.database.read() as db:
            page = read(db, place, _PAGE)
        yield page
        if len(page) < _PAGE:
            return
        place = place_of(page[-1])


def rows(
    services: Services,
    read: Callable[[Connection, _Place, int], Sequence[_Row]],
    place: _Place,
    place_of: Callable[[_Row], _Place],
) -> Iterator[_Row]:
    """The same, row by row."""
    for page in pages(services, read, place, place_of):
        yield from page
