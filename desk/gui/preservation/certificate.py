"""The certificate of a destruction: read on the screen, saved as its exact JSON or as a PDF."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desk.domain.errors import DeskError
from desk.domain.preservation import Destruction
from desk.gui import paper, theme
from desk.gui.case.parts import Facts, Said
from desk.gui.paper import Paper, mono, text
from desk.gui.preservation.words import basis_words
from desk.gui.session import Session
from desk.gui.widgets.buttons import secondary
from desk.gui.widgets.common import hbox, label, vbox
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.widgets.panels import Scroll
from desk.gui.words import plural, size, tr, utc
from desk.services.changes import Done

WIDTH, HEIGHT = 640, 620
FILES_SHOWN = 40


def lines(destruction: Destruction) -> list[tuple[str, str]]:
    """(name, value) of everything but the files."""
    made = destruction.certificate
    return [
        (tr("Case"), str(made.case_number)),
        (tr("Workspace"), made.workspace),
        (tr("Reports"), ", ".join(made.reports) or tr("none")),
        (tr("Basis"), basis_words(made.basis)),
        (tr("Reference"), made.reference),
        (tr("Reason"), made.reason),
        (tr("Asked by"), tr("{name}, {when}", name=made.asked_by, when=utc(made.asked_at))),
        (tr("Agreed by"), tr("{name}, {when}", name=made.agreed_by, when=utc(made.at))),
        (tr("Approval"), str(made.approval)),
        (tr("How"), tr(made.method)),
        (tr("What remains"), tr(made.remains)),
    ]


def certificate_paper(destruction: Destruction) -> Paper:
    """The certificate as a document; it names files by their digests alone."""
    made = destruction.certificate
    rows = [
        f'<tr><td class="name" width="22%">{text(name)}</td><td>{text(value)}</td></tr>'
        for name, value in lines(destruction)
        if value
    ]
    files = [
        f'<tr><td class="name" width="22%">{text(file.content_id)}</td>'
        f"<td>{mono(file.sha256)}<br>{text(size(file.size))}</td></tr>"
        for file in made.files
    ]
    table = '<table width="100%" cellspacing="0" cellpadding="0">{}</table>'
    count = plural(len(made.files), "{n} file", "{n} files")
    digest = tr("SHA-256 of the certificate as the desk keeps it (JSON)")
    body = [
        f"<h1>{text(tr('Certificate of destruction'))}</h1>",
        table.format("".join(rows)),
        f"<h2>{text(tr('What was destroyed: {count}', count=count))}</h2>",
        table.format("".join(files)),
        f"<h2>{text(digest)}</h2><p>{mono(destruction.sha256)}</p>",
    ]
    return Paper(
        tr("Certificate of destruction, case {number}", number=made.case_number),
        tr("CONFIDENTIAL"),
        "".join(body),
        tr("Made by Tipline Desk from its own record."),
    )


def file_name(destruction: Destruction, ending: str) -> str:
    return f"destruction-case-{destruction.case_number}.{ending}"


class CertificateDialog(QDialog):
    """``save_asked`` carries json or pdf."""

    save_asked = Signal(str)

    def __init__(self, destruction: Destruction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Certificate of destruction"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.destruction = destruction
        self.said = Said()
        facts = Facts()
        for name, value in lines(destruction):
            facts.add(name, value)
        scroll = Scroll(margin=0, gap=theme.S3)
        files = destruction.certificate.files
        scroll.add(facts, label(plural(len(files), "{n} file", "{n} files"), "label"))
        for file in files[:FILES_SHOWN]:
            holder = QWidget()
            top = hbox(label(file.content_id, wrap=True), label(size(file.size), "muted"))
            top.setStretch(0, 1)
            holder.setLayout(vbox(top, CopyLabel(file.sha256, tr("SHA-256")), gap=2))
            scroll.add(holder)
        if len(files) > FILES_SHOWN:
            scroll.add(
                label(tr("and {n} more; the saved certificate names all", len(files) - FILES_SHOWN), "muted")
            )
        scroll.add(
            label(tr("SHA-256 of this certificate"), "label"), CopyLabel(destruction.sha256, tr("SHA-256"))
        )
        scroll.end()
        self.json = secondary(tr("Save as JSON…"), "download")
        self.pdf = secondary(tr("Save as PDF…"), "download")
        self.json.clicked.connect(lambda: self.save_asked.emit("json"))
        self.pdf.clicked.connect(lambda: self.save_asked.emit("pdf"))
        close = secondary(tr("Close"))
        close.clicked.connect(self.accept)
        acts = hbox(self.json, self.pdf)
        acts.addStretch(1)
        acts.addWidget(close)
        column = vbox(label(tr("Certificate of destruction"), "section"), margin=theme.S4, gap=theme.S3)
        column.addWidget(scroll, 1)
        column.addWidget(self.said)
        column.addLayout(acts)
        self.setLayout(column)
        self.resize(WIDTH, HEIGHT)
        close.setFocus(Qt.FocusReason.OtherFocusReason)


class CertificateAct(QObject):
    """Shows a certificate and saves it. ``notify`` carries a kind and words."""

    notify = Signal(str, str)

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self._page = page
        self.dialog: CertificateDialog | None = None
        self._files: QFileDialog | None = None

    def show_for(self, destruction: Destruction) -> None:
        dialog = CertificateDialog(destruction, self._page)
        dialog.save_asked.connect(partial(self._ask_where, destruction))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def _closed(self, _result: int) -> None:
        self.dialog = None

    def _ask_where(self, destruction: Destruction, kind: str) -> None:
        files = QFileDialog(self.dialog or self._page, tr("Save the certificate"))
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        names = {"json": tr("JSON documents (*.json)"), "pdf": tr("PDF documents (*.pdf)")}
        files.setNameFilters([names[kind]])
        files.setDefaultSuffix(kind)
        files.selectFile(file_name(destruction, kind))
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.fileSelected.connect(lambda path: self.save(destruction, kind, Path(path)))
        self._files = files
        files.open()

    def save(self, destruction: Destruction, kind: str, path: Path) -> None:
        """Put on record that it leaves, then write it: its exact JSON, or a PDF of it."""
        service, operator = self._session.desk.preservation, self._session.operator

        def work(_job: object) -> Done[None]:
            data, digest = destruction.document, destruction.sha256
            if kind == "pdf":
                printed = paper.render(certificate_paper(destruction))
                data, digest = printed.pdf, printed.sha256
            done = service.certificate_saved(operator, destruction.case_number, digest, kind)
            paper.save(path, data)
            return done

        self._session.runner.run_long(work, partial(self._saved, path.name), self._not_saved, owner=self)

    def _saved(self, name: str, done: Done[None]) -> None:
        self._session.tell(done.changes)
        self._tell("ok", tr("The certificate is saved as {name}.", name=name))

    def _not_saved(self, problem: DeskError) -> None:
        self._tell("bad", problem.words())

    def _tell(self, kind: str, words: str) -> None:
        if self.dialog is not None:
            self.dialog.said.say(kind, words)
        else:
            self.notify.emit(kind, words)
