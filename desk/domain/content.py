"""Content of a case, and what makes two pieces of it the same."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from desk.domain.account import Device, IpEvent


class ContentKind(enum.StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    TEXT = "text"
    CHAT = "chat"
    URL = "url"

    @property
    def has_file(self) -> bool:
        """Whether this kind comes with a media file."""
        return self in (ContentKind.IMAGE, ContentKind.VIDEO, ContentKind.AUDIO, ContentKind.DOCUMENT)


class Relevance(enum.StrEnum):
    REPORTED = "reported"
    SUPPLEMENTAL = "supplemental"


class Classification(enum.StrEnum):
    """Industry classification: A prepubescent, B pubescent; 1 a sex act, 2 lascivious exhibition."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


class FileAnnotation(enum.StrEnum):
    """The annotations of a file (CyberTipline API, fileAnnotations), by their element names."""

    ANIME = "animeDrawingVirtualHentai"
    POTENTIAL_MEME = "potentialMeme"
    VIRAL = "viral"
    POSSIBLE_SELF_PRODUCTION = "possibleSelfProduction"
    PHYSICAL_HARM = "physicalHarm"
    VIOLENCE_GORE = "violenceGore"
    BESTIALITY = "bestiality"
    LIVE_STREAMING = "liveStreaming"
    INFANT = "infant"
    GENERATIVE_AI = "generativeAi"


SUGGESTED_ANNOTATIONS: dict[str, FileAnnotation] = {
    "anime": FileAnnotation.ANIME,
    "meme": FileAnnotation.POTENTIAL_MEME,
    "viral": FileAnnotation.VIRAL,
    "self_production": FileAnnotation.POSSIBLE_SELF_PRODUCTION,
    "physical_harm": FileAnnotation.PHYSICAL_HARM,
    "violence_gore": FileAnnotation.VIOLENCE_GORE,
    "bestiality": FileAnnotation.BESTIALITY,
    "live_streaming": FileAnnotation.LIVE_STREAMING,
    "infant": FileAnnotation.INFANT,
    "generative_ai": FileAnnotation.GENERATIVE_AI,
    **{annotation.value: annotation for annotation in FileAnnotation},
}
"""Names by which a package may suggest an annotation."""


@dataclass(frozen=True, slots=True)
class HashValue:
    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A hit on a list of known hashes."""

    list: str
    label: str | None = None
    kind: str | None = None
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    classification: Classification | None = None
    annotations: tuple[FileAnnotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a chat."""

    sender: str
    text: str
    to: str | None = None
    at: datetime | None = None
    ip: str | None = None

    def __repr__(self) -> str:  # content stays out of tracebacks
        return "Message(…)"


@dataclass(frozen=True, slots=True)
class Content:
    """One image, video, audio, document, text, chat or URL.

    ``file`` is the path in the package; ``sha256`` the hexadecimal digest of the
    media's bytes (given, or computed at intake); ``size`` in bytes once taken in.
    """

    id: str
    kind: ContentKind
    uid: str | None = None
    file: str | None = None
    sha256: str | None = None
    size: int | None = None
    md5: str | None = None
    sha1: str | None = None
    media_type: str | None = None
    name: str | None = None
    url: str | None = None
    text: str | None = None
    client: str | None = None
    room: str | None = None
    messages: tuple[Message, ...] = ()
    uploaded_at: datetime | None = None
    ip_event: IpEvent | None = None
    device: Device | None = None
    public: bool | None = None
    relevance: Relevance = Relevance.REPORTED
    hashes: tuple[HashValue, ...] = ()
    matches: tuple[Match, ...] = ()
    suggested: Suggested = Suggested()

    def __repr__(self) -> str:  # content stays out of tracebacks
        return f"Content(id=…, kind={self.kind.value})"

    @property
    def known_match(self) -> bool:
        """Whether it matched a list of known hashes."""
        return bool(self.matches)

    def text_digest(self) -> str | None:
        """SHA-256 of the text or of the conversation, for content without a file; else None."""
        if self.kind is ContentKind.TEXT and self.text is not None:
            return hashlib.sha256(self.text.encode()).hexdigest()
        if self.kind is ContentKind.CHAT:
            digest = hashlib.sha256()
            for message in self.messages:
                for part in (
                    message.sender,
                    message.to or "",
                    message.at.isoformat() if message.at else "",
                    message.text,
                ):
                    raw = part.encode()
                    digest.update(len(raw).to_bytes(8, "big") + raw)
            return digest.hexdigest()
        return None


def identity(content: Content, account_id: str | None) -> str | None:
    """What may be reported once only (case package, version 1).

    The platform's own permanent id; where there is none, the reported account's
    id with the SHA-256 of the bytes or the text; where there is no account
    either, the URL. The same bytes from another account are another piece of
    content. None where nothing identifies it: then nothing can be compared.
    """
    if content.uid:
        return f"uid:{content.uid}"
    digest = content.sha256 if content.kind.has_file else content.text_digest()
    if account_id and digest:
        raw = account_id.encode()
        return f"account:{hashlib.sha256(raw).hexdigest()}:sha256:{digest}"
    if content.url:
        return f"url:{content.url}"
    return None
