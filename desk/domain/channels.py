"""Other channels: who takes reports from whom, and where. Plain data, kept with the program, offline.

Addresses are shown and copied, never opened. What a body takes and where changes with time: each row
says only what was public when this list was made (AS_OF), and a person checks before relying on it.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

AS_OF = date(2026, 11, 1)
NCMEC = "ncmec"
"""The agency that the desk files with itself; its web form is a channel too."""


class Reporter(enum.StrEnum):
    """From whom a body takes reports."""

    COMPANIES = "companies"
    MEMBERS = "members"
    PUBLIC = "public"
    YOUNG_PERSON = "young_person"


class ChannelKind(enum.StrEnum):
    AUTHORITY = "authority"  # takes a provider's reports, by law or by arrangement
    POLICE = "police"
    HOTLINE = "hotline"
    TAKEDOWN = "takedown"  # a young person asks for their own pictures to be found and removed
    REFERRAL = "referral"  # coordinates, supports or refers; no intake for reports


@dataclass(frozen=True, slots=True)
class Channel:
    """One body. ``country`` is an ISO code, 'EU', or empty where it serves many countries."""

    code: str
    name: str
    country: str
    kind: ChannelKind
    takes_from: tuple[Reporter, ...]
    addresses: tuple[str, ...] = ()
    number: str = ""
    note: str = ""

    @property
    def takes_reports(self) -> bool:
        """Whether a report can have been filed there."""
        return self.kind is not ChannelKind.REFERRAL


COUNTRIES: dict[str, str] = {
    "AT": "Austria",
    "AU": "Australia",
    "BE": "Belgium",
    "BR": "Brazil",
    "CA": "Canada",
    "DE": "Germany",
    "ES": "Spain",
    "EU": "European Union",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "IE": "Ireland",
    "JP": "Japan",
    "MX": "Mexico",
    "NL": "Netherlands",
    "NZ": "New Zealand",
    "PH": "Philippines",
    "PL": "Poland",
    "SE": "Sweden",
    "US": "United States",
    "ZA": "South Africa",
    "": "Many countries",
}
"""Names by code. The Greek alphabet's country goes by ISO 3166 (GR), the United Kingdom by GB."""

_C, _M, _P, _Y = Reporter.COMPANIES, Reporter.MEMBERS, Reporter.PUBLIC, Reporter.YOUNG_PERSON


def _hotline(code: str, country: str, *addresses: str) -> Channel:
    return Channel(
        code,
        f"{COUNTRIES[country]}: national hotline",
        country,
        ChannelKind.HOTLINE,
        (_P,),
        addresses,
        note="A member of INHOPE; takes reports anonymously.",
    )


CHANNELS: tuple[Channel, ...] = (
    Channel(
        NCMEC,
        "NCMEC CyberTipline",
        "US",
        ChannelKind.AUTHORITY,
        (_C, _P),
        ("report.cybertip.org",),
        "1-800-843-5678",
        "The desk files here itself. Its web form is for what the desk cannot file. A report that a "
        "provider completes begins the year of preservation, by whatever way it was made.",
    ),
    Channel(
        "know2protect",
        "DHS Know2Protect",
        "US",
        ChannelKind.POLICE,
        (_P,),
        ("know2protect.gov",),
        "833-591-5669",
    ),
    Channel("fbi", "FBI", "US", ChannelKind.POLICE, (_P,), ("tips.fbi.gov",)),
    Channel(
        "nca",
        "National Crime Agency (NCA)",
        "GB",
        ChannelKind.AUTHORITY,
        (_C,),
        note="UK services must report here (Online Safety Act, section 66, in force since 7 April 2026), by "
        "portal or API. What went to NCMEC already under an arrangement need not go again.",
    ),
    Channel(
        "iwf",
        "Internet Watch Foundation (IWF)",
        "GB",
        ChannelKind.HOTLINE,
        (_P, _M),
        ("report.iwf.org.uk",),
    ),
    Channel(
        "cybertip-ca",
        "Cybertip.ca",
        "CA",
        ChannelKind.AUTHORITY,
        (_P, _C),
        ("cybertip.ca",),
        note="Providers report the addresses (URL, IP) here that the law asks of them.",
    ),
    Channel(
        "esafety",
        "eSafety Commissioner",
        "AU",
        ChannelKind.AUTHORITY,
        (_P,),
        ("esafety.gov.au/report",),
    ),
    Channel(
        "accce",
        "Australian Centre to Counter Child Exploitation (ACCCE)",
        "AU",
        ChannelKind.POLICE,
        (_P, _C),
        ("accce.gov.au/report",),
        note="Providers refer to the Australian Federal Police (AFP).",
    ),
    Channel(
        "eu-dsa",
        "The member state's authority (DSA, article 18)",
        "EU",
        ChannelKind.AUTHORITY,
        (_C,),
        note="Hosting services must tell of a suspected threat to life or safety. It goes to the authority "
        "of the state concerned; to the service's own state or to Europol where that is not known.",
    ),
    Channel(
        "inhope",
        "INHOPE: hotlines by country",
        "",
        ChannelKind.HOTLINE,
        (_P,),
        ("inhope.org/EN/our-members",),
        note="Finds the hotline of a country; takes reports anonymously.",
    ),
    Channel(
        "reporting-portal",
        "Reporting Portal of ICMEC and IWF",
        "",
        ChannelKind.HOTLINE,
        (_P,),
        ("iwf.org.uk",),
        note="For countries without a hotline of their own; reached through the IWF. Anonymous.",
    ),
    Channel(
        "take-it-down",
        "Take It Down (NCMEC)",
        "",
        ChannelKind.TAKEDOWN,
        (_Y,),
        ("takeitdown.ncmec.org",),
        note="For the young person themself. The pictures stay on their own device.",
    ),
    Channel(
        "report-remove",
        "Report Remove",
        "GB",
        ChannelKind.TAKEDOWN,
        (_Y,),
        ("childline.org.uk",),
        note="For the young person themself.",
    ),
    _hotline("hotline-ie", "IE", "hotline.ie"),
    _hotline("hotline-nz", "NZ", "report.netsafe.org.nz"),
    _hotline("hotline-de", "DE", "internet-beschwerdestelle.de", "jugendschutz.net"),
    _hotline("hotline-fr", "FR", "pointdecontact.net"),
    _hotline("hotline-es", "ES", "incibe.es/menores/hotline"),
    _hotline("hotline-nl", "NL", "meldpunt-kinderporno.nl"),
    _hotline("hotline-mx", "MX", "teprotejomexico.org"),
    _hotline("hotline-br", "BR", "new.safernet.org.br/denuncie"),
    _hotline("hotline-ph", "PH", "ecpat.org.ph/report"),
    _hotline("hotline-jp", "JP", "internethotline.jp"),
    _hotline("hotline-za", "ZA", "apps.fpb.org.za/hotline"),
    _hotline("hotline-at", "AT", "stopline.at"),
    _hotline("hotline-be", "BE", "childfocus.be"),
    _hotline("hotline-pl", "PL", "dyzurnet.pl"),
    _hotline("hotline-gr", "GR", "safeline.gr"),
    _hotline("hotline-se", "SE", "ecpat.se"),
    *(
        Channel(code, name, "", ChannelKind.REFERRAL, (), note="Coordinates, supports or refers.")
        for code, name in (
            ("interpol", "Interpol"),
            ("weprotect", "WeProtect Global Alliance"),
            ("child-helpline", "Child Helpline International"),
            ("ecpat", "ECPAT International"),
            ("stop-it-now", "Stop It Now"),
            ("safe-online", "Safe Online"),
        )
    ),
)

LOCAL_POLICE = Channel(
    "police",
    "Local police",
    "",
    ChannelKind.POLICE,
    (_C, _P, _Y),
    note="Immediate danger to a child: local police first, always, by the emergency number where the "
    "child is.",
)

_ORDER = (LOCAL_POLICE, *CHANNELS)
_BY_CODE = {channel.code: channel for channel in _ORDER}


def channel(code: str) -> Channel:
    """Raises KeyError where the directory has no such body."""
    return _BY_CODE[code]


def directory() -> tuple[Channel, ...]:
    """Every body, the local police first."""
    return _ORDER


def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of the countries that have a row, by name; those for many countries last."""
    used = {one.country for one in _ORDER}
    named = sorted((name, code) for code, name in COUNTRIES.items() if code and code in used)
    return (*((code, name) for name, code in named), ("", COUNTRIES[""]))


def find(text: str = "", country: str | None = None, reporter: Reporter | None = None) -> tuple[Channel, ...]:
    """Those that fit all of it. Every word of ``text`` has to occur somewhere in the row.

    For a country the bodies of many countries are there too, after its own; for a state of the
    European Union also its authority. The local police are first wherever they fit.
    """
    words = _plain(text).split()
    found = [
        one
        for one in _ORDER
        if _serves(one, country)
        and (reporter is None or reporter in one.takes_from)
        and all(word in _row(one) for word in words)
    ]
    if country:
        found.sort(key=lambda one: (one is not LOCAL_POLICE, one.country != country, one.country == ""))
    return tuple(found)


EU_STATES = frozenset({"AT", "BE", "DE", "ES", "FR", "GR", "IE", "NL", "PL", "SE"})
"""Those of the list's countries that are in the European Union."""


def _serves(one: Channel, country: str | None) -> bool:
    if country is None:
        return True
    return one.country in ("", country) or (one.country == "EU" and country in EU_STATES)


def _row(one: Channel) -> str:
    parts: Iterable[str] = (
        one.name,
        COUNTRIES[one.country],
        one.country,
        *one.addresses,
        one.number,
        one.number.replace("-", ""),
        one.note,
        *one.takes_from,
        one.kind,
    )
    return _plain(" ".join(parts))


def _plain(text: str) -> str:
    """Folded for searching: no case, no accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
