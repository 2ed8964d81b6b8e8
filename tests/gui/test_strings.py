"""Every text on the screen goes through tr(); words stay calm."""

from __future__ import annotations

import ast
import re
from pathlib import Path

GUI = Path(__file__).resolve().parents[2] / "desk" / "gui"
# Calls whose first argument a person reads.
SHOWN = {
    "label", "primary", "secondary", "danger", "quiet", "link", "Button", "CheckBox", "Panel", "Section", "Field",
    "Badge", "Chip", "Disclosure", "QLabel", "QPushButton", "QAction", "QCheckBox", "TextField", "MultiLine",
    "setText", "setToolTip", "setAccessibleName", "setAccessibleDescription", "setPlaceholderText",
    "setWindowTitle", "set_title", "set_problem", "set_help", "addMenu", "ConfirmBar", "set_words",
}  # fmt: skip


def _literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return any(c.isalpha() for c in node.value)
    if isinstance(node, ast.JoinedStr):
        return any(
            isinstance(part, ast.Constant) and re.search(r"[A-Za-z]{2}", str(part.value))
            for part in node.values
        )
    return False


def _calls() -> list[tuple[Path, ast.Call, str]]:
    found = []
    for path in GUI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                found.append((path, node, name))
    return found


def test_no_text_is_shown_without_tr() -> None:
    bare = [
        f"{path.relative_to(GUI)}:{call.lineno} {name}"
        for path, call, name in _calls()
        if name in SHOWN and call.args and _literal(call.args[0])
    ]
    assert bare == []


def test_texts_given_to_tr_are_whole_and_calm() -> None:
    wrong = []
    for path, call, name in _calls():
        if name not in ("tr", "plural"):
            continue
        for argument in call.args:
            if isinstance(argument, ast.JoinedStr):
                wrong.append(f"{path.name}:{call.lineno} an f-string cannot be translated")
            text = argument.value if isinstance(argument, ast.Constant) else ""
            if isinstance(text, str) and ("!" in text or "oops" in text.lower()):
                wrong.append(f"{path.name}:{call.lineno} {text}")
    assert wrong == []
