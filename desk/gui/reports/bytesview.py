"""A document of any length: shown at once in parts, copied and saved whole."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desk.gui.confirm.xmlview import MOST, MOST_IN_LINE, DocumentView
from desk.gui.widgets.buttons import IconButton, quiet
from desk.gui.words import tr


class BytesView(DocumentView):
    """As DocumentView; what is too long to be set at once is read part by part. ``save_asked`` carries the
    exact bytes."""

    save_asked = Signal(bytes)

    def __init__(self, name: str, *, height: int = 240) -> None:
        self._part = 0
        super().__init__(name, height=height)
        self.before = IconButton("chevron-left", tr("The part before"))
        self.after = IconButton("chevron-right", tr("The next part"))
        self.before.clicked.connect(lambda: self._turn(-1))
        self.after.clicked.connect(lambda: self._turn(1))
        self.save = quiet(tr("Save…"), "download")
        self.save.setAccessibleName(tr("Save {document} as it is", document=name))
        self.save.clicked.connect(lambda: self.save_asked.emit(self._document))
        for button in (self.before, self.after, self.save):
            self._top.addWidget(button)
        self._show()

    def set_document(self, document: bytes, shown: str) -> None:
        self._part = 0
        super().set_document(document, shown)

    def _turn(self, step: int) -> None:
        self._part += step
        self._show()

    def _show(self) -> None:
        if not hasattr(self, "save"):
            return
        text = self._readable if self._switch.value() else self._document.decode("utf-8", "replace")
        # A text without lines is slow to lay out: its parts are smaller.
        most = MOST if "\n" in text[:MOST_IN_LINE] else MOST_IN_LINE
        parts = max(1, -(-len(text) // most))
        self._part = max(0, min(self._part, parts - 1))
        words = tr("{n} bytes", len(self._document))
        if parts > 1:
            words = tr(
                "part {part} of {parts}, {n} bytes", len(self._document), part=self._part + 1, parts=parts
            )
        for button, on in ((self.before, self._part > 0), (self.after, self._part + 1 < parts)):
            button.setVisible(parts > 1)
            button.setEnabled(on)
        self._about.setText(words)
        self._about.setToolTip(words)
        self.text.setPlainText(text[self._part * most : (self._part + 1) * most])
