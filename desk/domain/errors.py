"""Errors by whose fault they are.

    DeskError
    ├── UserError            what the person in front of it can mend
    │   ├── IntakeRefused    a package or file was refused: file, line, key, reason
    │   ├── NotAllowed       the role does not permit the act
    │   ├── ClaimLost        somebody else holds the case now
    │   ├── StaleDraft       the draft was changed elsewhere
    │   ├── AlreadyReported  the same piece of content is in flight or filed
    │   ├── NotReady         a step is missing before this act
    │   ├── WorkspaceProblem the workspace can't be opened as it is
    │   ├── NoKeyring        this computer offers no safe keyring
    │   ├── KeyringLocked    the keyring is there, but locked
    │   └── Cancelled        a person cancelled long work
    ├── ServiceRefused       the agency's service said no
    └── Bug                  our fault; the text names no content

``message`` says what happened, ``remedy`` how to mend it. Neither may hold
content, credentials or personal data: both may reach a log.
"""

from __future__ import annotations


class DeskError(Exception):
    """The root of all errors that the desk raises on purpose."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def words(self) -> str:
        """Message and remedy as one text for a person."""
        return f"{self.message} {self.remedy}".strip()


class UserError(DeskError):
    """Something the person in front of the desk can mend."""


class IntakeRefused(UserError):
    """A case package was refused. Nothing of that case is kept.

    ``file`` is the path as the person gave it, ``line`` counts from 1 in a
    ``.jsonl`` file, ``key`` is the place in the document (``content[0].sha256``).
    """

    def __init__(
        self, reason: str, *, file: str = "", line: int | None = None, key: str = "", remedy: str = ""
    ) -> None:
        self.reason = reason
        self.file = file
        self.line = line
        self.key = key
        super().__init__(self._text(), remedy)

    def _text(self) -> str:
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.key:
            place += f", key {self.key}" if place else f"key {self.key}"
        return f"{place}: {self.reason}" if place else self.reason

    def at(self, *, file: str | None = None, line: int | None = None) -> IntakeRefused:
        """The same refusal with its file and line filled in."""
        return IntakeRefused(
            self.reason,
            file=self.file or (file or ""),
            line=self.line if self.line is not None else line,
            key=self.key,
            remedy=self.remedy,
        )


class NotAllowed(UserError):
    """The operator's roles do not permit the act."""


class ClaimLost(UserError):
    """The claim on the case ended or went to somebody else."""


class StaleDraft(UserError):
    """The draft was changed by another window or desk since it was read."""


class AlreadyReported(UserError):
    """The same piece of content is already on its way to the agency, or filed there."""

    def __init__(self, message: str, remedy: str = "", filing_ids: tuple[int, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.filing_ids = filing_ids


class NotReady(UserError):
    """Something has to be done before this act. ``problems`` lists (path, code, words)."""

    def __init__(
        self, message: str, remedy: str = "", problems: tuple[tuple[str, str, str], ...] = ()
    ) -> None:
        super().__init__(message, remedy)
        self.problems = problems


class WorkspaceProblem(UserError):
    """The workspace cannot be opened or made as it is."""


class PassphraseNeeded(WorkspaceProblem):
    """The workspace is unlocked by a passphrase, which was not given or is not the right one."""


class NoKeyring(UserError):
    """This computer offers no keyring that keeps secrets safely."""


class KeyringLocked(UserError):
    """The keyring is there, but locked, or did not answer in time."""


class Cancelled(UserError):
    """A person cancelled; nothing half-done is left."""


class ServiceRefused(DeskError):
    """The agency's service refused: its response ``code``, and the ``request_id`` its support asks for."""

    def __init__(
        self, message: str, remedy: str = "", *, code: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.code = code
        self.request_id = request_id


class Bug(DeskError):
    """A state that should not be reachable. The text names no content and no person."""
