"""Help: a short guide for each page, read from the program's own files, offline."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser

from desk.gui import resources, theme
from desk.gui.session import Session
from desk.gui.widgets.page import Command, Page
from desk.gui.words import tr

MEASURE = 720
"""The longest line of the guide, in px."""


def topics() -> list[tuple[str, str]]:
    """(file name without ending, title) of every topic, in the order of the day's work."""
    return [
        ("start", tr("First steps")),
        ("queue", tr("Queue")),
        ("case", tr("Case")),
        ("guide", tr("Is this reportable?")),
        ("report", tr("Report")),
        ("confirm", tr("Confirmation")),
        ("outbox", tr("Outbox")),
        ("reports", tr("Reports")),
        ("second_review", tr("Second review")),
        ("figures", tr("Figures")),
        ("preservation", tr("Preservation")),
        ("audit", tr("Audit")),
        ("approvals", tr("Approvals")),
        ("settings", tr("Settings")),
        ("backup", tr("Backup and restore")),
        ("hooks", tr("The platform's hook")),
        ("signin", tr("Signing in")),
        ("keys", tr("Keys")),
        ("care", tr("Looking after yourself")),
        ("channels", tr("Other channels")),
        ("danger", tr("A child in danger now")),
    ]


class Guide(QTextBrowser):
    """Shows one topic. Loads nothing but the program's own text: no image, no address."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("guide")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setAccessibleName(tr("Guide"))
        self.document().setDocumentMargin(theme.S6)

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return None

    def show_topic(self, name: str) -> None:
        self.document().setDefaultFont(theme.sans(theme.BODY + 1))
        self.document().setMarkdown(
            resources.text("help", f"{name}.md"), QTextDocument.MarkdownFeature.MarkdownNoHTML
        )
        self._space()
        self.verticalScrollBar().setValue(0)

    def _space(self) -> None:
        """Air between paragraphs and a measure that can be read: Markdown says neither."""
        document = self.document()
        block = document.begin()
        while block.isValid():
            cursor = QTextCursor(block)
            form = block.blockFormat()
            form.setLineHeight(140, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            listed = block.textList() is not None
            form.setBottomMargin(theme.S1 if listed else theme.S3)
            if form.headingLevel():
                form.setBottomMargin(theme.S4)
                words = QTextCharFormat()
                words.setFont(theme.sans(theme.PAGE_TITLE, QFont.Weight.DemiBold))
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                cursor.mergeCharFormat(words)
            cursor.setBlockFormat(form)
            self._soften(block)
            block = block.next()
        frame = document.rootFrame().frameFormat()
        frame.setRightMargin(max(theme.S6, self.viewport().width() - MEASURE))
        document.rootFrame().setFrameFormat(frame)

    def _soften(self, block: QTextBlock) -> None:
        """Strong words in the semibold that is bundled: a bold made by smearing is ugly."""
        place = block.begin()
        while not place.atEnd():
            fragment = place.fragment()
            if fragment.charFormat().fontWeight() > QFont.Weight.DemiBold:
                cursor = QTextCursor(self.document())
                cursor.setPosition(fragment.position())
                cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                form = QTextCharFormat()
                form.setFontWeight(QFont.Weight.DemiBold)
                cursor.mergeCharFormat(form)
                place = block.begin()
                continue
            place += 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        frame = self.document().rootFrame().frameFormat()
        frame.setRightMargin(max(theme.S6, self.viewport().width() - MEASURE))
        self.document().rootFrame().setFrameFormat(frame)


class HelpPage(Page):
    icon: ClassVar[str] = "life-buoy"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.title = tr("Help")
        self._session = session
        self._list = QListWidget()
        self._list.setObjectName("topics")
        self._list.setFixedWidth(220)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setAccessibleName(tr("Topics"))
        self.guide = Guide()
        for name, title in topics():
            item = QListWidgetItem(title)
            item.setSizeHint(QSize(0, theme.ROW))
            item.setData(Qt.ItemDataRole.UserRole, name)
            self._list.addItem(item)
        self._list.currentItemChanged.connect(self._chosen)
        self.guide.anchorClicked.connect(self._link)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S3, theme.S3, 0, 0)
        row.setSpacing(theme.S3)
        row.addWidget(self._list)
        row.addWidget(self.guide, 1)

    def enter(self, **kwargs: object) -> None:
        topic = str(kwargs.get("topic") or "start")
        if topic in {name for name, _ in topics()}:
            self.back = (topic, tr("Back")) if topic in _PAGES else ("queue", tr("Queue"))
            self.show_topic(topic)
        else:
            self.back = ("queue", tr("Queue"))
            self.show_topic("start")
        self._list.setFocus()

    def commands(self) -> list[Command]:
        return [
            Command(f"help.{name}", tr("Help: {topic}", topic=title), "", partial(self.show_topic, name))
            for name, title in topics()
        ]

    def show_topic(self, name: str) -> None:
        """Bring a topic to the front."""
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self._list.setCurrentRow(row)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.guide.show_topic(str(item.data(Qt.ItemDataRole.UserRole)))

    def _link(self, address: QUrl) -> None:
        # Links lead to other topics only; nothing is ever opened outside.
        self.show_topic(address.path().removesuffix(".md"))


_PAGES = frozenset({"queue", "outbox", "reports", "preservation", "audit", "approvals", "settings"})
