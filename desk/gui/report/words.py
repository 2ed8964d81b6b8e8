"""Words for the choices in the form. Functions, not tables: the language may change."""

from __future__ import annotations

from datetime import timedelta

from desk.domain.account import AddressKind, AssociationKind, EmailKind, EventName, PhoneKind
from desk.domain.content import Classification, Content, ContentKind, FileAnnotation
from desk.domain.incident import ContextKind, ReportAnnotation
from desk.domain.likeness import Agreement
from desk.domain.viewing import Viewed
from desk.gui.words import countdown, moment, number, plural, tr

Options = list[tuple[object, str]]


def report_annotations() -> list[tuple[str, str]]:
    return [
        (ReportAnnotation.SEXTORTION.value, tr("Sextortion")),
        (ReportAnnotation.CSAM_SOLICITATION.value, tr("CSAM solicitation")),
        (ReportAnnotation.MINOR_TO_MINOR.value, tr("Between minors")),
        (ReportAnnotation.SPAM.value, tr("Spam")),
        (ReportAnnotation.SADISTIC.value, tr("Sadistic online exploitation")),
    ]


def file_annotations() -> list[tuple[str, str]]:
    return [
        (FileAnnotation.ANIME.value, tr("Drawing or virtual")),
        (FileAnnotation.POTENTIAL_MEME.value, tr("Potential meme")),
        (FileAnnotation.VIRAL.value, tr("Viral")),
        (FileAnnotation.POSSIBLE_SELF_PRODUCTION.value, tr("Possible self-production")),
        (FileAnnotation.PHYSICAL_HARM.value, tr("Physical harm")),
        (FileAnnotation.VIOLENCE_GORE.value, tr("Violence or gore")),
        (FileAnnotation.BESTIALITY.value, tr("Bestiality")),
        (FileAnnotation.LIVE_STREAMING.value, tr("Live streaming")),
        (FileAnnotation.INFANT.value, tr("Infant")),
        (FileAnnotation.GENERATIVE_AI.value, tr("Generative AI")),
    ]


def annotation_words(annotation: FileAnnotation) -> str:
    return dict(file_annotations())[annotation.value]


def classification_words(value: Classification) -> str:
    return {
        Classification.A1: tr("A1: prepubescent, a sex act"),
        Classification.A2: tr("A2: prepubescent, lascivious exhibition"),
        Classification.B1: tr("B1: pubescent, a sex act"),
        Classification.B2: tr("B2: pubescent, lascivious exhibition"),
    }[value]


def classification_help() -> str:
    return tr("A prepubescent, B pubescent; 1 a sex act, 2 lascivious exhibition")


def context_words(kind: ContextKind) -> str:
    return {
        ContextKind.WEB_PAGE: tr("Web page or URL"),
        ContextKind.EMAIL: tr("Email"),
        ContextKind.NEWSGROUP: tr("Newsgroup"),
        ContextKind.CHAT: tr("Chat or direct messages"),
        ContextKind.GAMING: tr("Online game"),
        ContextKind.CELL_PHONE: tr("Mobile phone"),
        ContextKind.PEER_TO_PEER: tr("Peer to peer"),
        ContextKind.OFFLINE: tr("Not online"),
    }[kind]


def association_kinds() -> Options:
    return [
        (AssociationKind.OTHER, tr("Other")),
        (AssociationKind.LINKED, tr("Linked account")),
        (AssociationKind.BILLING, tr("Billing account")),
        (AssociationKind.BUSINESS, tr("Business account")),
        (AssociationKind.CREATOR, tr("Creator account")),
        (AssociationKind.PARENT_GUARDIAN, tr("Account of a parent or guardian")),
    ]


def email_kinds() -> Options:
    return [
        (None, tr("Kind")),
        (EmailKind.HOME, tr("Home")),
        (EmailKind.WORK, tr("Work")),
        (EmailKind.BUSINESS, tr("Business")),
        (EmailKind.RECOVERY, tr("Recovery")),
    ]


def phone_kinds() -> Options:
    return [
        (None, tr("Kind")),
        (PhoneKind.MOBILE, tr("Mobile")),
        (PhoneKind.HOME, tr("Home")),
        (PhoneKind.BUSINESS, tr("Business")),
        (PhoneKind.WORK, tr("Work")),
        (PhoneKind.FAX, tr("Fax")),
        (PhoneKind.INTERNET, tr("Internet")),
        (PhoneKind.RECOVERY, tr("Recovery")),
    ]


def address_kinds() -> Options:
    return [
        (None, tr("Kind")),
        (AddressKind.HOME, tr("Home")),
        (AddressKind.BUSINESS, tr("Business")),
        (AddressKind.BILLING, tr("Billing")),
        (AddressKind.SHIPPING, tr("Shipping")),
        (AddressKind.TECHNICAL, tr("Technical")),
    ]


def events() -> Options:
    return [
        (None, tr("Event")),
        (EventName.LOGIN, tr("Login")),
        (EventName.REGISTRATION, tr("Registration")),
        (EventName.PURCHASE, tr("Purchase")),
        (EventName.UPLOAD, tr("Upload")),
        (EventName.OTHER, tr("Other")),
        (EventName.UNKNOWN, tr("Unknown")),
    ]


def kind_name(kind: ContentKind) -> str:
    return {
        ContentKind.IMAGE: tr("Image"),
        ContentKind.VIDEO: tr("Video"),
        ContentKind.AUDIO: tr("Audio"),
        ContentKind.DOCUMENT: tr("Document"),
        ContentKind.TEXT: tr("Text"),
        ContentKind.CHAT: tr("Chat"),
        ContentKind.URL: tr("URL"),
    }[kind]


def viewed_words(
    content: Content, viewed: Viewed | None, lowered: bool, length: float | None
) -> tuple[str, str]:
    """What is said of the viewing, and its state's colour. ``length`` of a film or sound in seconds."""
    if viewed is None or (viewed.share <= 0 and not viewed.viewed):
        return tr("not viewed"), "muted"
    if viewed.viewed:
        if lowered:
            return tr("viewed whole, not claimed"), "muted"
        return tr("viewed whole"), "ok"
    share = min(99, int(viewed.share * 100))
    if content.kind in (ContentKind.VIDEO, ContentKind.AUDIO):
        if length:
            whole = countdown(timedelta(seconds=length)).removeprefix("0")
            return tr("not viewed: {n} % of {length} played", n=share, length=whole), "muted"
        return tr("not viewed: {n} % played", n=share), "muted"
    return tr("not viewed: {n} % scrolled through", n=share), "muted"


def things_missing(count: int) -> str:
    return plural(count, "{n} thing to mend", "{n} things to mend")


def messages(count: int) -> str:
    return plural(count, "{n} message", "{n} messages")


def nth(thing: str, index: int) -> str:
    return tr("{thing} {number}", thing=thing, number=number(index + 1))


def share_words(share: float | None) -> str:
    """How much of a file a person viewed, as it is kept with their word."""
    if share is None:
        return tr("not viewed")
    return tr("viewed whole") if share >= 1 else tr("viewed in part")


def agreement_words(said: Agreement) -> str:
    """'Mo said on … that it is the same picture, after viewing one whole and …'."""
    shares = {share_words(said.one.share), share_words(said.other.share)}
    seen = tr("both {viewed}", viewed=shares.pop()) if len(shares) == 1 else tr("one viewed in part")
    return tr(
        "{name} said on {time} that it is the same picture; {seen}.",
        name=said.operator_name,
        time=moment(said.at),
        seen=seen,
    )
