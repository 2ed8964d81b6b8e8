"""The look of the whole application: style, palette, fonts, spacing; light, dark or as the system has it.

``Theme`` is one QObject, a child of the application. Widgets that paint ask
``tokens()``; everything else gets its colours from the style sheet. No widget
keeps a colour of its own, so a change of theme reaches all of them at once.
"""

from __future__ import annotations

from enum import Enum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from desk.gui import resources
from desk.gui.palette import DARK, LIGHT, Tokens, mix

# Steps of 4 px. Layouts use these names, never bare numbers.
S1, S2, S3, S4, S6, S8 = 4, 8, 12, 16, 24, 32
RADIUS = 6
ROW = 32
CONTROL = 32
BANNER = 28

BODY, SMALL, SECTION, PAGE_TITLE = 13, 12, 15, 20
SANS, MONO = "Inter", "JetBrains Mono"
_FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf")


class Scheme(Enum):
    """What a person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def sans(size: int = BODY, weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = False) -> QFont:
    """The text face at a size in px; ``tabular`` gives figures of one width, for tables and clocks."""
    font = QFont(SANS)
    font.setPixelSize(size)
    font.setWeight(weight)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono(size: int = SMALL) -> QFont:
    """The face for hashes, ids and XML."""
    font = QFont(MONO)
    font.setPixelSize(size)
    font.setStyleHint(QFont.StyleHint.Monospace)
    # Hashes must show their characters as they are: no joined signs.
    font.setFeature(QFont.Tag("calt"), 0)
    return font


class Theme(QObject):
    """Applies the look to an application and follows the system or a person's choice, live.

    ``changed`` is emitted after everything was restyled.
    """

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        self._tokens: Tokens | None = None
        self._template = Template(resources.text("style", "desk.qss"))
        for name in _FONT_FILES:
            QFontDatabase.addApplicationFont(str(resources.path("fonts", name)))
        style = QStyleFactory.create("Fusion")
        app.setStyle(style)
        app.setFont(sans())
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._announce_scheme()
        self._apply()

    @property
    def tokens(self) -> Tokens:
        assert self._tokens is not None
        return self._tokens

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    def set_scheme(self, scheme: Scheme) -> None:
        """Take a person's choice; the screen changes at once."""
        self._scheme = scheme
        self._announce_scheme()
        self._apply()

    def reduced_motion(self) -> bool:
        """Whether the system asks for less motion; yes where it cannot say: calm costs nothing."""
        hints = QGuiApplication.styleHints()
        accessibility = getattr(hints, "accessibility", None)
        if accessibility is None:
            return True
        preference = getattr(accessibility(), "motionPreference", None)
        if preference is None:
            return True
        return bool(preference().name != "NoPreference")

    def _announce_scheme(self) -> None:
        # Window frames and native menus follow what Qt is told here.
        wanted = {
            Scheme.SYSTEM: Qt.ColorScheme.Unknown,
            Scheme.LIGHT: Qt.ColorScheme.Light,
            Scheme.DARK: Qt.ColorScheme.Dark,
        }[self._scheme]
        self._app.styleHints().setColorScheme(wanted)

    def _system_changed(self) -> None:
        self._apply()

    def _wanted(self) -> Tokens:
        if self._scheme is Scheme.LIGHT:
            return LIGHT
        if self._scheme is Scheme.DARK:
            return DARK
        return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _apply(self) -> None:
        wanted = self._wanted()
        if wanted is self._tokens:
            return
        self._tokens = wanted
        self._app.setPalette(_palette(wanted))
        self._app.setStyleSheet(self._template.substitute(wanted.mapping()))
        self.changed.emit()


def current() -> Theme | None:
    """The application's theme, where one was made."""
    app = QApplication.instance()
    if app is None:
        return None
    found = app.findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if isinstance(found, Theme) else None


def tokens() -> Tokens:
    """The colours to paint with now."""
    theme = current()
    return theme.tokens if theme is not None else LIGHT


def colour(name: str) -> QColor:
    """One token as a QColor. Raises AttributeError for a token that is not there."""
    return QColor(getattr(tokens(), name))


def _palette(t: Tokens) -> QPalette:
    """The same colours for stock widgets: file dialogs, message boxes, menus."""
    role = QPalette.ColorRole
    palette = QPalette()
    for which, value in (
        (role.Window, t.ground),
        (role.WindowText, t.text),
        (role.Base, t.surface),
        (role.AlternateBase, t.ground),
        (role.Text, t.text),
        (role.PlaceholderText, t.muted),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.BrightText, t.bad),
        (role.ToolTipBase, t.raised),
        (role.ToolTipText, t.text),
        (role.Highlight, t.accent),
        (role.HighlightedText, t.on_accent),
        (role.Accent, t.accent),
        (role.Link, t.accent),
        (role.LinkVisited, t.accent),
        (role.Light, t.surface),
        (role.Midlight, t.hover),
        (role.Mid, t.line),
        (role.Dark, t.edge),
        (role.Shadow, t.shadow),
    ):
        palette.setColor(which, QColor(value))
    off = QColor(mix(t.muted, t.surface, 0.7))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, off)
    return palette
