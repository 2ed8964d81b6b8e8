"""``fileDetails``: what is said about one uploaded file."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

from desk.cybertip.fields import Attr, F, Form, Text, record
from desk.cybertip.model_shared import MAX_LONG, URL_LENGTH, Devices, IpCaptureEvent, Notes
from desk.domain.content import Classification


class FileRelevance(enum.StrEnum):
    """What a file is to the report. Unset means reported."""

    REPORTED = "Reported"
    SUPPLEMENTAL = "Supplemental Reported"


class MetadataType(enum.StrEnum):
    EXIF = "EXIF"
    HASH = "HASH"


@record("fileAnnotations")
class FileAnnotations:
    """Tags for one file."""

    anime: Annotated[bool, F("animeDrawingVirtualHentai", "Drawn", "A drawing or animation.")] = False
    potential_meme: Annotated[
        bool, F("potentialMeme", "Potential meme", "Passed on out of mimicry, without seeming malice.")
    ] = False
    viral: Annotated[bool, F("viral", "Viral", "It spreads rapidly among many users.")] = False
    self_production: Annotated[
        bool, F("possibleSelfProduction", "Possibly self-made", "The child may have made it.")
    ] = False
    physical_harm: Annotated[
        bool, F("physicalHarm", "Physical harm", "It shows somebody being hurt on purpose.")
    ] = False
    violence_gore: Annotated[bool, F("violenceGore", "Violence or gore", "Graphic violence.")] = False
    bestiality: Annotated[bool, F("bestiality", "Bestiality", "An animal is involved.")] = False
    live_streaming: Annotated[bool, F("liveStreaming", "Live stream", "It was streamed live.")] = False
    infant: Annotated[bool, F("infant", "Infant", "It shows an infant.")] = False
    generative_ai: Annotated[bool, F("generativeAi", "Made by AI", "It was made or altered by AI.")] = False


@record("hash")
class FileHash:
    """A hash of the file as the user uploaded it, before the platform changed it."""

    value: Annotated[str, Text("Hash")]
    hash_type: Annotated[str, Attr("hashType", "Kind of hash", "Such as MD5, SHA-256 or PDQ.", max=64)]


@record("nameValue")
class NameValue:
    name: Annotated[str, F("name", "Name", max=64)]
    value: Annotated[str, F("value", "Value", form=Form.LINES)]


@record("details")
class Details:
    """Metadata of the file, by name and value."""

    kind: Annotated[MetadataType | None, Attr("type", "Kind")] = None
    pairs: Annotated[tuple[NameValue, ...], F("nameValuePair", "Entry", at_least=1)] = ()


@record("fileDetails")
class FileDetails:
    """What is said about one file. ``report_id`` and ``file_id`` stay open until the service gives them."""

    report_id: Annotated[
        int | None, F("reportId", "Report ID", "Given by NCMEC.", low=1, high=MAX_LONG, required=True)
    ] = None
    file_id: Annotated[
        str | None, F("fileId", "File ID", "Given by NCMEC.", form=Form.TOKEN, required=True)
    ] = None
    file_name: Annotated[str | None, F("fileName", "File name (old place)", max=2056)] = None
    original_name: Annotated[
        str | None, F("originalFileName", "Original file name", "As the user named it.", max=2056)
    ] = None
    uploaded_at: Annotated[
        datetime | None, F("uploadedToEspTimestamp", "Uploaded at", "When the user uploaded it.", past=True)
    ] = None
    location: Annotated[
        str | None, F("locationOfFile", "Where it was", "Its URL.", max=URL_LENGTH, form=Form.URL)
    ] = None
    viewed: Annotated[
        bool | None,
        F("fileViewedByEsp", "Viewed in full", "Somebody at the platform saw the whole of this file."),
    ] = None
    exif_viewed: Annotated[
        bool | None, F("exifViewedByEsp", "Metadata viewed", "Only where the file was viewed too.")
    ] = None
    public: Annotated[bool | None, F("publiclyAvailable", "Publicly available", "Open to all.")] = None
    relevance: Annotated[
        FileRelevance | None, F("fileRelevance", "Relevance", "Reported itself, or added to explain.")
    ] = None
    potential_meme: Annotated[bool | None, F("potentialMeme", "Potential meme (old place)")] = None
    annotations: Annotated[FileAnnotations | None, F("fileAnnotations", "Annotations")] = None
    classification: Annotated[
        Classification | None,
        F(
            "industryClassification",
            "Classification",
            "A prepubescent, B pubescent; 1 a sex act, 2 lascivious exhibition.",
        ),
    ] = None
    hashes: Annotated[tuple[FileHash, ...], F("originalFileHash", "Original hash")] = ()
    ip_event: Annotated[IpCaptureEvent | None, F("ipCaptureEvent", "IP address of the upload")] = None
    devices: Devices = ()
    details: Annotated[tuple[Details, ...], F("details", "Metadata")] = ()
    notes: Notes = ()
