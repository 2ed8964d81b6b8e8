"""How far first and second opinions agree: over all, by type, by month. Never by person."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.second_review import FEW, Kappa
from desk.gui import theme
from desk.gui import words as desk_words
from desk.gui.figures.table import FigureTable
from desk.gui.second_review import words
from desk.gui.widgets.common import label
from desk.gui.widgets.panels import EmptyState, Panel, Scroll
from desk.gui.words import tr
from desk.services.second_review import Agreement

WIDEST = 860


def cells(name: str, found: Kappa) -> tuple[str, ...]:
    """A row of the table."""
    return (
        name,
        desk_words.number(found.pairs),
        words.agreed(found),
        words.kappa_value(found),
        words.kappa(found),
    )


class AgreementPanel(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._since = label("", "muted", wrap=True)
        self.all = FigureTable(tr("Agreement over all"), wide=4, first=260)
        self.types = FigureTable(tr("Agreement by type"), wide=4, first=260)
        self.months = FigureTable(tr("Agreement by month"), wide=4, first=260)
        self._none = EmptyState(
            "scale",
            tr("No second opinion was given yet"),
            tr("How far people agree is reckoned from second reviews, never for one person."),
        )
        self._panel = Panel(tr("Agreement"))
        self._panel.setMaximumWidth(WIDEST)
        self._panel.add(
            self._since,
            self.all,
            label(tr("By type: whether a case is of it or not"), "label"),
            self.types,
            label(tr("By month of the second opinion"), "label"),
            self.months,
            label(
                tr(
                    "Kappa is Cohen's: 1 is full agreement, 0 what chance alone would give. Under {few} "
                    "pairs it says nothing. It is a figure about rules and their words, not about people.",
                    few=FEW,
                ),
                "muted",
                wrap=True,
            ),
        )
        scroll = Scroll()
        scroll.add(self._panel)
        scroll.end()
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        column.addWidget(self._none)
        column.setSpacing(theme.S2)
        self._none.hide()

    def show_agreement(self, found: Agreement) -> None:
        some = found.all.pairs > 0
        self._scroll.setVisible(some)
        self._none.setVisible(not some)
        self._since.setText(tr("Second opinions since {time}.", time=desk_words.moment(found.since)))
        head = (tr("What"), tr("Pairs"), tr("Alike"), tr("Kappa"), tr("In words"))
        self.all.set_table(head, [cells(tr("All"), found.all)])
        self.types.set_table(head, [cells(words.category(name), one) for name, one in found.types.items()])
        self.months.set_table(head, [cells(month, one) for month, one in found.months.items()])
