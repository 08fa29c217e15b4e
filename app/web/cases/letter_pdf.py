"""Sets a letter on A4 pages as a PDF document. The words are the letter's; decides nothing."""

from datetime import datetime

from flask_babel import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app.settings import ROOT
from app.web.cases.letter import AUTHORITY, Letter

_FONT_FILE = ROOT / "static" / "vendor" / "dejavu" / "DejaVuSansCondensed.ttf"
_FONT = "letter"
_MARGIN_MM, _LINE_MM, _GAP_MM = 22, 5, 3.5
_SIZE, _HEADING_SIZE, _SUBJECT_SIZE = 10, 11.5, 13
_CLOSING_MM = 45
_BLANK = "." * 60


def document(letter: Letter, made_at: datetime) -> bytes:
    """The document. A character that the typeface does not have becomes a question mark."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(made_at)
    pdf.set_title(letter.subject)
    pdf.set_lang(letter.language)
    pdf.set_margin(_MARGIN_MM)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM)
    pdf.add_font(_FONT, fname=_FONT_FILE)
    pdf.add_page()
    sheet = _Sheet(pdf)
    for line in (letter.sender.name or _BLANK, *(letter.sender.address or (_BLANK, _BLANK))):
        sheet.text(line)
    sheet.gap(2)
    for line in AUTHORITY:
        sheet.text(line)
    sheet.gap(2)
    sheet.text(letter.date)
    sheet.gap()
    sheet.text(letter.subject, _SUBJECT_SIZE)
    sheet.gap()
    sheet.text(letter.greeting)
    sheet.gap()
    sheet.text(letter.opening)
    for section in letter.sections:
        sheet.heading(section.heading)
        for sentence in section.sentences:
            sheet.text(sentence)
        for point in section.points:
            sheet.point(point)
    sheet.together(_CLOSING_MM)
    sheet.gap(2)
    sheet.text(letter.closing)
    sheet.gap(5)
    sheet.text(letter.sender.name or _BLANK)
    sheet.text(_("(signature)"))
    return bytes(pdf.output())


class _Sheet:
    """Where the next line goes."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._known = pdf.fonts[_FONT].cmap  # type: ignore[union-attr]  # a font of our own is never a core font

    def text(self, words: str, size: float = _SIZE) -> None:
        """A paragraph."""
        self._pdf.set_font(_FONT, size=size)
        line = _LINE_MM * size / _SIZE
        self._pdf.multi_cell(0, line, self._shown(words), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def point(self, words: str) -> None:
        """One point of a list."""
        self._pdf.set_font(_FONT, size=_SIZE)
        self._pdf.cell(_GAP_MM, _LINE_MM, "•")
        self._pdf.multi_cell(0, _LINE_MM, self._shown(words), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, words: str) -> None:
        """A heading, never alone at the foot of a page."""
        self.gap()
        self.together(_LINE_MM * 3)
        self.text(words, _HEADING_SIZE)

    def together(self, height_mm: float) -> None:
        """What comes next and is this high stands on one page."""
        if self._pdf.will_page_break(height_mm):
            self._pdf.add_page()

    def gap(self, times: int = 1) -> None:
        """Some white."""
        self._pdf.ln(_GAP_MM * times)

    def _shown(self, words: str) -> str:
        return "".join(each if ord(each) in self._known or each == "\n" else "?" for each in words)
