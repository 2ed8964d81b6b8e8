"""What stands under the grid: the file in focus, its marks, its facts, its metadata on purpose only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk.domain.content import Content, ContentKind, FileAnnotation
from desk.domain.draft import FileChoice
from desk.domain.optout import Theme
from desk.domain.preview import MediaFacts, Metadata, NoPreview, NoPreviewReason
from desk.domain.viewing import Viewed
from desk.gui import theme, words
from desk.gui.case import phrases
from desk.gui.case.bar import PlayerBar
from desk.gui.case.facts import match_words
from desk.gui.case.known import known_badges
from desk.gui.case.near import NearList
from desk.gui.case.parts import Facts, key_cap, row
from desk.gui.case.strip import Place
from desk.gui.widgets.buttons import IconButton, link
from desk.gui.widgets.chips import Badge, TagChips
from desk.gui.widgets.choices import CheckBox, Segmented
from desk.gui.widgets.common import clear, label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.flow import FlowLayout
from desk.gui.widgets.panels import Disclosure
from desk.gui.words import tr
from desk.ports import Occurrence

_PUBLIC = {True: "yes", False: "no", None: "unknown"}


class FileDetails(QWidget):
    """Shows one content. Its signals are a person's wishes; what is shown comes back through ``show_*``."""

    classified = Signal(object)
    annotated = Signal(object)
    included = Signal(bool)
    published = Signal(object)
    accepted = Signal()
    stepped = Signal(int)
    metadata_asked = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.content_id = ""
        """The file that is shown."""
        self._name = label("", "label", select=True)
        self._name.setMinimumWidth(60)
        self._line = label("", "muted", select=True)
        self._line.setFont(theme.sans(theme.SMALL, tabular=True))
        self._copies = label("", "muted")
        self._back = IconButton("chevron-left", tr("Identical file before ([)"), side=24)
        self._on = IconButton("chevron-right", tr("Next identical file (])"), side=24)
        self._back.clicked.connect(lambda: self.stepped.emit(-1))
        self._on.clicked.connect(lambda: self.stepped.emit(1))
        self._badges = QWidget()
        self._flow = FlowLayout(theme.S1)
        self._badges.setLayout(self._flow)
        self._plain = label("", "muted", wrap=True)
        self.near = NearList()
        self.place = Place()
        self.player = PlayerBar()

        self.classes = Segmented(
            [(value, f"{value.value}  {key}") for key, value in phrases.CLASS_KEYS],
            names=[phrases.classification(value) for _, value in phrases.CLASS_KEYS],
        )
        self.classes.setAccessibleName(tr("Classification"))
        for button, (key, value) in zip(self.classes._buttons, phrases.CLASS_KEYS, strict=True):
            button.setToolTip(f"{phrases.classification(value)}  ({key})")
        self.classes.changed.connect(lambda: self.classified.emit(self.classes.value()))
        self.include = CheckBox(tr("In the report"), "X")
        self.include.changed.connect(lambda: self.included.emit(self.include.value()))
        self.public = Segmented(
            [("yes", tr("Yes")), ("no", tr("No")), ("unknown", tr("Not known"))],
            names=[
                tr("Publicly available: yes"),
                tr("Publicly available: no"),
                tr("Publicly available: not known"),
            ],
            clearable=False,
        )
        self.public.changed.connect(self._published)
        self.tags = TagChips(
            [(value.value, f"{phrases.annotation(value)} {key}") for key, value in phrases.ANNOTATION_KEYS],
            [key for key, _ in phrases.ANNOTATION_KEYS],
        )
        self.tags.changed.connect(
            lambda: self.annotated.emit(frozenset(FileAnnotation(tag) for tag in self.tags.value()))
        )
        self._suggested = label("", "muted")
        self._accept = link(tr("Accept"))
        self._accept.clicked.connect(self.accepted)
        self.marks = QWidget()
        self.marks.setAccessibleName(tr("Marks on this file"))
        grid = QVBoxLayout(self.marks)
        grid.setContentsMargins(0, theme.S1, 0, 0)
        grid.setSpacing(theme.S2)
        first = row(label(tr("Class"), "muted"), self.classes, gap=theme.S2)
        first.addSpacing(theme.S2)
        first.addWidget(self.include)
        first.addWidget(key_cap("X"))
        first.addStretch(1)
        second = row(label(tr("Publicly available"), "muted"), self.public, key_cap("P"), None, gap=theme.S2)
        grid.addLayout(first)
        grid.addLayout(second)
        grid.addWidget(self.tags)
        self._suggest_row = QWidget()
        self._suggest_row.setLayout(row(self._suggested, self._accept, key_cap("A"), None, gap=theme.S1))
        grid.addWidget(self._suggest_row)

        self._facts = Facts()
        self.about = Disclosure(tr("About this file"), self._facts)
        self._metadata = QWidget()
        self._metadata_box = QVBoxLayout(self._metadata)
        self._metadata_box.setContentsMargins(theme.S2, 0, 0, 0)
        self._metadata_box.setSpacing(theme.S1)
        self.metadata = Disclosure(tr("Metadata (opening it is recorded)"), self._metadata)
        self.metadata.toggled.connect(self.metadata_asked)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S1)
        column.addLayout(row(self._name, None, self._copies, self._back, self._on, gap=theme.S1))
        for widget in (
            self._line,
            self._badges,
            self.near,
            self._plain,
            self.place,
            self.player,
            self.marks,
            self.about,
            self.metadata,
        ):
            column.addWidget(widget)
        column.addStretch(1)

    # --- showing ---------------------------------------------------------

    def show_file(
        self, content: Content, *, copy: int, copies: int, seen: Viewed | None, facts: MediaFacts | None
    ) -> None:
        """The file's line: name, size, measures, whether it was viewed."""
        self.content_id = content.id
        self._name.setText(phrases.file_name(content))
        self._name.setToolTip(phrases.file_name(content))
        parts = [words.size(content.size) if content.size is not None else "", *phrases.measures(facts)]
        viewed = phrases.viewed(content, seen, facts)
        if seen is not None and seen.metadata:
            viewed = tr("{viewed}, metadata opened", viewed=viewed)
        self._line.setText(words.joined([*parts, viewed]))
        many = copies > 1
        self._copies.setText(tr("{n} of {total} identical", n=copy + 1, total=copies) if many else "")
        for widget in (self._copies, self._back, self._on):
            widget.setVisible(many)
        self._back.setEnabled(copy > 0)
        self._on.setEnabled(copy < copies - 1)

    def show_notes(
        self, content: Content, occurrences: Sequence[Occurrence], reported_in: int | None
    ) -> None:
        """Known matches, where else the same bytes are, whether it was reported already."""
        clear(self._flow)
        if content.known_match:
            badge = Badge(tr("known match"), "text", "fingerprint")
            badge.setToolTip("\n".join(match_words(match) for match in content.matches))
            self._flow.addWidget(badge)
        for badge in known_badges(content, occurrences, reported_in):
            self._flow.addWidget(badge)
        if content.relevance.value == "supplemental":
            self._flow.addWidget(Badge(tr("supplemental"), "muted"))
        self._badges.setVisible(self._flow.count() > 0)

    def show_plain(
        self,
        why: NoPreview | None,
        content: Content,
        erased: datetime | None = None,
        closed: frozenset[Theme] | None = None,
    ) -> None:
        """Why there is no picture, and that it can be reported all the same."""
        if why is None:
            self._plain.hide()
            return
        if erased is not None or closed:
            self._plain.setText(phrases.erased(erased) if erased else phrases.closed(closed or frozenset()))
            self._plain.show()
            return
        digest = (content.sha256 or "")[:12]
        known = words.joined([why.format, tr("SHA-256 {digest}…", digest=digest) if digest else ""])
        if content.kind is ContentKind.AUDIO and why.reason is NoPreviewReason.NO_PICTURE:
            self._plain.hide()  # a sound has none, and its bar says what there is
            return
        self._plain.setText(f"{phrases.why_not_shown(why)} {known}".strip())
        self._plain.show()

    def show_about(self, content: Content) -> None:
        self._facts.clear()
        event = content.ip_event
        self._facts.time(tr("Uploaded"), content.uploaded_at)
        if event is not None:
            port = tr("port {n}", n=event.port) if event.port is not None else tr("port not given")
            self._facts.add(tr("From"), words.joined([event.ip, port]), mono=True)
            self._facts.time(tr("At"), event.at)
        if content.device is not None:
            self._facts.add(tr("Device"), f"{content.device.kind} {content.device.value}", mono=True)
        public = {True: tr("yes"), False: tr("no"), None: None}[content.public]
        self._facts.add(tr("Public, as given"), public)
        if content.url:
            self._facts.put(tr("Address"), CopyLabel(content.url, tr("Address")))
        if content.uid:
            self._facts.put(tr("Content id"), CopyLabel(content.uid, tr("Content id")))
        for name, digest in (("SHA-256", content.sha256), ("MD5", content.md5), ("SHA-1", content.sha1)):
            if digest:
                self._facts.put(name, CopyLabel(digest, name))
        for found in content.hashes:
            self._facts.put(found.kind, CopyLabel(found.value, found.kind))
        self._facts.add(tr("Matches"), "\n".join(match_words(match) for match in content.matches))

    def show_marks(self, content: Content, choice: FileChoice | None, *, can_mark: bool) -> None:
        """The draft's choice of this file; what the case says where there is none yet."""
        shown = choice or FileChoice(content.id, relevance=content.relevance, public=content.public)
        self.marks.setVisible(can_mark)
        self.classes.set_value(shown.classification)
        self.tags.set_value({tag.value for tag in shown.annotations})
        self.include.set_value(shown.include)
        self.public.set_value(_PUBLIC[shown.public])
        for widget in (self.classes, self.tags, self.public):
            widget.setEnabled(shown.include)
        wanted: list[str] = []
        found = content.suggested
        if found.classification is not None and found.classification is not shown.classification:
            wanted.append(found.classification.value)
        wanted += [phrases.annotation(tag) for tag in found.annotations if tag not in shown.annotations]
        self._suggested.setText(tr("Suggested by the platform: {list}", list=", ".join(wanted)))
        self._suggest_row.setVisible(bool(wanted))
        self._accept.setVisible(shown.include)

    def show_metadata(self, found: Metadata | NoPreview | str) -> None:
        """The lines of a file's metadata, or words that say why there are none."""
        clear(self._metadata_box)
        if isinstance(found, Metadata) and found.entries:
            facts = Facts()
            for entry in found.entries:
                facts.add(entry.name, entry.value)
            self._metadata_box.addWidget(facts)
            return
        if isinstance(found, str):
            said = found
        elif isinstance(found, NoPreview):
            said = found.words
        else:
            said = tr("There is no text inside this file.")
        self._metadata_box.addWidget(label(said, "muted", wrap=True))

    def close_metadata(self) -> None:
        """Shut it without asking: for another file."""
        self.metadata.blockSignals(True)
        self.metadata.set_open(False)
        self.metadata.blockSignals(False)
        clear(self._metadata_box)

    def _published(self) -> None:
        value = {"yes": True, "no": False}.get(str(self.public.value()))
        self.published.emit(value)


def legend(*, plays: bool = False) -> list[tuple[str, str]]:
    """The keys of the grid, in words; ``plays`` where there are films or sounds."""
    return [
        (tr("Space"), tr("hold to look")),
        *([("H", tr("hold to play"))] if plays else []),
        ("J K L ;", tr("A1 A2 B1 B2")),
        ("1–0", tr("annotate")),
        ("X", tr("in or out")),
        ("P", tr("public")),
        ("Ctrl+Z", tr("undo")),
    ]
