"""A page as a browser without a screen sees it: elements by id, the words in them, the fields a form would post."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "circle", "rect"})
_HIDDEN = frozenset({"style", "script", "template"})


@dataclass
class Element:
    """One element with what stands in it."""

    tag: str
    attributes: dict[str, str]
    inside: list["Element | str"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Element"]:
        """Itself and every element in it, in the order of the page."""
        yield self
        for child in self.inside:
            if isinstance(child, Element):
                yield from child

    @property
    def words(self) -> str:
        """The text in it, each run of space as one."""
        return " ".join(" ".join(self._texts()).split())

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """The elements in it of this tag with these attributes; ``class_`` is one of several classes."""
        wanted = attributes.pop("class_", "")
        return [
            element
            for element in self
            if tag in ("", element.tag)
            and (not wanted or wanted in element.classes)
            and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    def fields(self) -> dict[str, list[str]]:
        """What posting this form without touching it would send; buttons are pressed, not sent by themselves."""
        sent: dict[str, list[str]] = {}
        for element in self:
            attributes = element.attributes
            if element.tag != "input" or "name" not in attributes:
                continue
            if attributes.get("type") in {"radio", "checkbox"} and "checked" not in attributes:
                continue
            sent.setdefault(attributes["name"], []).append(attributes.get("value", ""))
        return sent

    def _texts(self) -> Iterator[str]:
        if self.tag in _HIDDEN:
            return
        for child in self.inside:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


class Page(Element):
    """A whole page; it is an assertion that no id stands in it twice."""

    def __init__(self, response: TestResponse, status: int = 200) -> None:
        super().__init__("page", {})
        self.elements: list[Element] = [self]
        assert response.status_code == status, (response.status_code, response.headers.get("Location"))
        assert response.mimetype == "text/html"
        reader = _Reader(self)
        reader.feed(response.text)
        reader.close()
        ids = [element.attributes["id"] for element in self if "id" in element.attributes]
        # Every grant that can be stopped carries this one: the public contract of our pages.
        ids = [each for each in ids if each != "stop-sharing"]
        assert len(ids) == len(set(ids)), f"twice on one page: {sorted(ids)}"

    def __iter__(self) -> Iterator[Element]:
        """Every element; they were read in the order of the page."""
        return iter(self.elements)

    def find(self, element_id: str) -> Element | None:
        """The element of this id."""
        return next((element for element in self if element.attributes.get("id") == element_id), None)

    def __getitem__(self, element_id: str) -> Element:
        """The element of this id; it is an assertion that it is there."""
        found = self.find(element_id)
        assert found is not None, f"no {element_id} on: {self.words}"
        return found

    @property
    def links(self) -> dict[str, str]:
        """Where links lead, by their words."""
        return {element.words: element.attributes["href"] for element in self if "href" in element.attributes}


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self._elements = page.elements
        self._open: list[Element] = [page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        self._elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)
