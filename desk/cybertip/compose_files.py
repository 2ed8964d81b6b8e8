"""The files of a report: which there are, and what is said of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from desk.cybertip import xml
from desk.cybertip.compose_people import device, ip_event, text
from desk.cybertip.fields import table
from desk.cybertip.model_files import (
    Details,
    FileAnnotations,
    FileDetails,
    FileHash,
    FileRelevance,
    MetadataType,
    NameValue,
)
from desk.domain.case import CaseData
from desk.domain.content import Content, Match, Relevance
from desk.domain.conversation import Transcript
from desk.domain.draft import Draft, FileChoice
from desk.domain.viewing import Viewed

OPEN = b"  <reportId/>\n  <fileId/>\n"
HEAD = xml.DECLARATION.encode() + b"<fileDetails>\n"
NOT_VIEWED = Viewed(viewed=False, share=0.0, metadata=False, seconds=0.0)
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def template_of(details: FileDetails) -> bytes:
    """File details with the report and file ID left open, visibly."""
    written = xml.write(replace(details, report_id=None, file_id=None))
    if not written.startswith(HEAD):
        return HEAD + OPEN + b"</fileDetails>\n"
    return HEAD + OPEN + written[len(HEAD) :]


def choice_of(draft: Draft, content_id: str) -> FileChoice | None:
    return next((choice for choice in draft.files if choice.content_id == content_id), None)


def files_of(draft: Draft, case: CaseData) -> list[tuple[Content, FileChoice]]:
    """What is sent as a file, in the order of the case."""
    found = []
    for content in case.content:
        choice = choice_of(draft, content.id)
        if choice is not None and choice.include and content.kind.has_file:
            found.append((content, choice))
    return found


def upload_name(content: Content) -> str:
    return text(content.name) or content.id


def plain_name(content: Content) -> str:
    """A name that says nothing of where the file came from, with the kind of file that it is."""
    suffix = PurePosixPath(content.name or "").suffix.lower()
    return f"file{suffix}" if _SUFFIX.fullmatch(suffix) else "file"


def choice_details(
    draft: Draft, content: Content, choice: FileChoice, viewed: Mapping[str, Viewed]
) -> FileDetails:
    details = details_of(content, choice, viewed.get(content.id, NOT_VIEWED))
    if draft.batch is None:
        return details
    return replace(details, original_name=None, location=None, hashes=(), ip_event=None, devices=(), notes=())


def details_of(content: Content, choice: FileChoice, viewed: Viewed) -> FileDetails:
    """What is said about one file. The viewing claims come from recorded viewing and can only be lowered."""
    marks = FileAnnotations(
        **{line.name: line.xml in choice.annotations for line in table(FileAnnotations).fields}
    )
    supplemental = choice.relevance is Relevance.SUPPLEMENTAL
    notes = (text(choice.note), *(_match(match) for match in content.matches))
    url = text(content.url)
    return FileDetails(
        original_name=text(content.name),
        uploaded_at=content.uploaded_at,
        location=url.strip() if url else None,
        viewed=viewed.viewed and not choice.lowered,
        exif_viewed=viewed.exif and not choice.lowered,
        public=choice.public,
        relevance=FileRelevance.SUPPLEMENTAL if supplemental else FileRelevance.REPORTED,
        annotations=marks if choice.annotations else None,
        classification=choice.classification,
        hashes=tuple(FileHash(value=item.value, hash_type=item.kind) for item in content.hashes),
        ip_event=ip_event(content.ip_event) if content.ip_event is not None else None,
        devices=(device(content.device),) if content.device is not None else (),
        notes=tuple(note for note in notes if note),
    )


def transcript_details(one: Transcript, choice: FileChoice, viewed: Viewed) -> FileDetails:
    """What is said about a transcript that the desk made: it is supplemental, and no user uploaded it.

    It holds nothing but messages of the conversation and what the desk shows above them, so it counts as
    viewed exactly where the whole conversation was read to its end (domain rule: a chat is scrolled
    through to its end) and nobody withdrew that. It has no metadata that could have been looked at.
    """
    pairs = (NameValue(name="SHA-256", value=one.sha256), NameValue(name="MD5", value=one.md5))
    note = text(choice.note)
    return FileDetails(
        viewed=viewed.viewed and not choice.lowered,
        exif_viewed=False,
        public=choice.public,
        relevance=FileRelevance.SUPPLEMENTAL,
        details=(Details(kind=MetadataType.HASH, pairs=pairs),),
        notes=(one.note, *((note,) if note else ())),
    )


def _match(match: Match) -> str:
    parts = [f"Matched the list {match.list}"]
    if text(match.label):
        parts.append(f"as {match.label}")
    if text(match.kind):
        parts.append(f"by {match.kind}")
    if match.distance is not None:
        parts.append(f"at distance {match.distance}")
    return " ".join(parts) + "."
