"""People of a case: an account with everything that is known of it, compact, to be copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desk.domain.account import Account, Address, Associated, Device, Email, IpEvent, Phone
from desk.gui import theme, words
from desk.gui.case.parts import Facts
from desk.gui.case.phrases import yes_no
from desk.gui.widgets.common import label
from desk.gui.widgets.copylabel import CopyLabel
from desk.gui.words import plural, tr

ROW_HEIGHT = 26
MOST_ROWS = 8


class PlainTable(QTableWidget):
    """A short table to read and copy from: Ctrl+C copies the chosen cells, tabs between them."""

    def __init__(self, heads: list[str], rows: list[list[tuple[str, str]]], name: str) -> None:
        """``rows`` hold (words, tooltip) for each cell."""
        super().__init__(len(rows), len(heads))
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(heads)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFont(theme.sans(theme.SMALL, tabular=True))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(44)
        for line, cells in enumerate(rows):
            for column, (text, tip) in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(tip or text)
                self.setItem(line, column, item)
        for column in range(len(heads)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._lines = min(MOST_ROWS, max(1, len(rows)))
        self._fit()

    def _fit(self) -> None:
        """As high as its rows, and the bar below them where the columns are wider than the room."""
        header = self.horizontalHeader()
        wide = header.length() > self.viewport().width()
        self.setFixedHeight(32 + ROW_HEIGHT * self._lines + 4 + (12 if wide else 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def copy(self) -> None:
        lines: dict[int, list[str]] = {}
        for index in sorted(self.selectedIndexes(), key=lambda i: (i.row(), i.column())):
            item = self.item(index.row(), index.column())
            lines.setdefault(index.row(), []).append(item.text() if item is not None else "")
        if lines:
            QGuiApplication.clipboard().setText("\n".join("\t".join(cells) for cells in lines.values()))


def ip_table(events: tuple[IpEvent, ...]) -> QWidget:
    """Address, port, time and event. Behind a carrier's NAT an address alone leads nowhere."""
    missing = tr("not given")
    rows = [
        [
            (event.ip, ""),
            (str(event.port) if event.port is not None else missing, ""),
            (words.moment_exact(event.at) if event.at else missing, words.utc(event.at) if event.at else ""),
            (_event(event), ""),
        ]
        for event in events
    ]
    return PlainTable([tr("IP address"), tr("Port"), tr("Time"), tr("Event")], rows, tr("IP addresses"))


def _event(event: IpEvent) -> str:
    return words.joined(
        [event.event.value if event.event else "", tr("proxy?") if event.possible_proxy else ""]
    )


def account_widget(account: Account) -> QWidget:
    """All of it; what is absent is not shown."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.S2)
    _add_known(column, account)
    for other in account.associated:
        column.addWidget(label(tr("Another account of this person ({kind})", kind=other.kind.value), "label"))
        _add_known(column, other)
    return box


def _add_known(column: QVBoxLayout, one: Account | Associated) -> None:
    """The facts of one account, then where it was used from."""
    facts = Facts()
    if isinstance(one, Associated):
        facts.add(tr("Platform"), one.platform)
    if one.id:
        facts.put(tr("Account id"), CopyLabel(one.id, tr("Account id")))
    facts.add(tr("Service"), one.service)
    facts.add(tr("Screen name"), one.screen_name)
    facts.add(tr("Shown names"), ", ".join(one.display_names))
    middle = one.middle_name if isinstance(one, Associated) else None
    facts.add(tr("Name"), " ".join(part for part in (one.first_name, middle, one.last_name) if part))
    facts.add(tr("Age"), str(one.age) if one.age is not None else None)
    facts.add(tr("Born"), one.date_of_birth.isoformat() if one.date_of_birth else None)
    facts.add(tr("Profile"), "\n".join(one.profile_urls), mono=True)
    facts.add(tr("Bio"), one.bio)
    facts.add(tr("Email"), "\n".join(email(item) for item in one.emails))
    if one.emails and one.all_emails:
        facts.add("", tr("These are all the email addresses of the account."))
    facts.add(tr("Phone"), "\n".join(phone(item) for item in one.phones))
    facts.add(tr("Address"), "\n".join(address(item) for item in one.addresses))
    if isinstance(one, Account):
        facts.add(tr("Location"), _location(one))
    facts.add(tr("Devices"), "\n".join(device(item) for item in one.devices), mono=True)
    facts.add(tr("Group"), one.group)
    if isinstance(one, Account):
        facts.add(tr("Vehicle"), one.vehicle)
        facts.add(tr("School"), one.school)
    facts.add(tr("Account state"), _standing(one))
    facts.add(tr("Note"), one.note)
    if one.prior_reports:
        facts.add(
            tr("Earlier reports"), tr("by the platform: {ids}", ids=", ".join(map(str, one.prior_reports)))
        )
    column.addWidget(facts)
    if one.ip_events:
        column.addWidget(ip_table(one.ip_events))


def email(one: Email) -> str:
    return words.joined([one.address, one.kind.value if one.kind else "", _verified(one)])


def phone(one: Phone) -> str:
    number = " ".join(part for part in (one.calling_code, one.number) if part)
    if one.extension:
        number = tr("{number} ext. {ext}", number=number, ext=one.extension)
    return words.joined([number, one.kind.value if one.kind else "", _verified(one)])


def _verified(one: Email | Phone) -> str:
    said = yes_no(one.verified, tr("verified"), tr("not verified"))
    if said and one.verified_at is not None:
        return tr("{verified} {time}", verified=said, time=words.moment(one.verified_at))
    return said


def address(one: Address) -> str:
    region = one.state or one.non_usa_state
    parts = [one.address, one.city, region, one.zip_code, one.country]
    line = ", ".join(part for part in parts if part)
    return words.joined([line, one.kind.value if one.kind else ""])


def device(one: Device) -> str:
    when = words.moment(one.at) if one.at else ""
    return words.joined([f"{one.kind} {one.value}", one.event.value if one.event else "", when])


def _location(account: Account) -> str:
    place = account.location
    if place is None:
        return ""
    line = ", ".join(part for part in (place.city, place.region, place.country) if part)
    when = words.moment(place.at) if place.at else ""
    return words.joined([line, yes_no(place.verified, tr("verified"), tr("estimated")), when])


def _standing(account: Account | Associated) -> str:
    lines = []
    if account.disabled is not None:
        gone = tr("disabled for good") if account.disabled.permanent else tr("disabled for a time")
        at = words.moment(account.disabled.at) if account.disabled.at else ""
        told = yes_no(account.disabled.notified, tr("person was told"), tr("person was not told"))
        lines.append(words.joined([gone, at, told]))
    if account.compromised:
        lines.append(tr("may have been taken over by somebody else"))
    if account.third_party:
        lines.append(tr("used by a third party"))
    return "\n".join(lines)


def people_title(role: str, accounts: tuple[Account, ...]) -> str:
    """'Recipients (2)' for several, the bare word for one."""
    return role if len(accounts) == 1 else f"{role} ({plural(len(accounts), '{n}', '{n}')})"
