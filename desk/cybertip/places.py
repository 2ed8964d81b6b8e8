"""Countries and US states by code, with their names for the form.

Countries are ISO 3166-1 alpha-2, as the API's documentation asks; the schema
also lists codes that are not countries (anonymous proxies, regions, former
codes, the empty string), which the desk never offers and its checks refuse.
"""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    return {part[:2]: part[3:] for part in (piece.strip() for piece in text.split("·")) if part}


COUNTRIES: dict[str, str] = _pairs("""
AD Andorra · AE United Arab Emirates · AF Afghanistan · AG Antigua and Barbuda · AI Anguilla · AL Albania ·
AM Armenia · AO Angola · AQ Antarctica · AR Argentina · AS American Samoa · AT Austria · AU Australia ·
AW Aruba · AX Åland Islands · AZ Azerbaijan · BA Bosnia and Herzegovina · BB Barbados · BD Bangladesh ·
BE Belgium · BF Burkina Faso · BG Bulgaria · BH Bahrain · BI Burundi · BJ Benin · BL Saint Barthélemy ·
BM Bermuda · BN Brunei · BO Bolivia · BQ Bonaire, Sint Eustatius and Saba · BR Brazil · BS Bahamas ·
BT Bhutan · BV Bouvet Island · BW Botswana · BY Belarus · BZ Belize · CA Canada · CC Cocos (Keeling) Islands ·
CD Congo (Democratic Republic) · CF Central African Republic · CG Congo · CH Switzerland · CI Côte d’Ivoire ·
CK Cook Islands · CL Chile · CM Cameroon · CN China · CO Colombia · CR Costa Rica · CU Cuba · CV Cabo Verde ·
CW Curaçao · CX Christmas Island · CY Cyprus · CZ Czechia · DE Germany · DJ Djibouti · DK Denmark ·
DM Dominica · DO Dominican Republic · DZ Algeria · EC Ecuador · EE Estonia · EG Egypt · EH Western Sahara ·
ER Eritrea · ES Spain · ET Ethiopia · FI Finland · FJ Fiji · FK Falkland Islands · FM Micronesia ·
FO Faroe Islands · FR France · GA Gabon · GB United Kingdom · GD Grenada · GE Georgia · GF French Guiana ·
GG Guernsey · GH Ghana · GI Gibraltar · GL Greenland · GM Gambia · GN Guinea · GP Guadeloupe ·
GQ Equatorial Guinea · GR Greece · GS South Georgia and the South Sandwich Islands · GT Guatemala · GU Guam ·
GW Guinea-Bissau · GY Guyana · HK Hong Kong · HM Heard Island and McDonald Islands · HN Honduras ·
HR Croatia · HT Haiti · HU Hungary · ID Indonesia · IE Ireland · IL Israel · IM Isle of Man · IN India ·
IO British Indian Ocean Territory · IQ Iraq · IR Iran · IS Iceland · IT Italy · JE Jersey · JM Jamaica ·
JO Jordan · JP Japan · KE Kenya · KG Kyrgyzstan · KH Cambodia · KI Kiribati · KM Comoros ·
KN Saint Kitts and Nevis · KP Korea (North) · KR Korea (South) · KW Kuwait · KY Cayman Islands ·
KZ Kazakhstan · LA Laos · LB Lebanon · LC Saint Lucia · LI Liechtenstein · LK Sri Lanka · LR Liberia ·
LS Lesotho · LT Lithuania · LU Luxembourg · LV Latvia · LY Libya · MA Morocco · MC Monaco · MD Moldova ·
ME Montenegro · MF Saint Martin (French part) · MG Madagascar · MH Marshall Islands · MK North Macedonia ·
ML Mali · MM Myanmar · MN Mongolia · MO Macao · MP Northern Mariana Islands · MQ Martinique · MR Mauritania ·
MS Montserrat · MT Malta · MU Mauritius · MV Maldives · MW Malawi · MX Mexico · MY Malaysia · MZ Mozambique ·
NA Namibia · NC New Caledonia · NE Niger · NF Norfolk Island · NG Nigeria · NI Nicaragua · NL Netherlands ·
NO Norway · NP Nepal · NR Nauru · NU Niue · NZ New Zealand · OM Oman · PA Panama · PE Peru ·
PF French Polynesia · PG Papua New Guinea · PH Philippines · PK Pakistan · PL Poland ·
PM Saint Pierre and Miquelon · PN Pitcairn · PR Puerto Rico · PS Palestine · PT Portugal · PW Palau ·
PY Paraguay · QA Qatar · RE Réunion · RO Romania · RS Serbia · RU Russia · RW Rwanda · SA Saudi Arabia ·
SB Solomon Islands · SC Seychelles · SD Sudan · SE Sweden · SG Singapore ·
SH Saint Helena, Ascension and Tristan da Cunha · SI Slovenia · SJ Svalbard and Jan Mayen · SK Slovakia ·
SL Sierra Leone · SM San Marino · SN Senegal · SO Somalia · SR Suriname · SS South Sudan ·
ST São Tomé and Príncipe · SV El Salvador · SX Sint Maarten (Dutch part) · SY Syria · SZ Eswatini ·
TC Turks and Caicos Islands · TD Chad · TF French Southern Territories · TG Togo · TH Thailand ·
TJ Tajikistan · TK Tokelau · TL Timor-Leste · TM Turkmenistan · TN Tunisia · TO Tonga · TR Türkiye ·
TT Trinidad and Tobago · TV Tuvalu · TW Taiwan · TZ Tanzania · UA Ukraine · UG Uganda ·
UM United States Minor Outlying Islands · US United States · UY Uruguay · UZ Uzbekistan · VA Holy See ·
VC Saint Vincent and the Grenadines · VE Venezuela · VG Virgin Islands (British) · VI Virgin Islands (US) ·
VN Viet Nam · VU Vanuatu · WF Wallis and Futuna · WS Samoa · YE Yemen · YT Mayotte · ZA South Africa ·
ZM Zambia · ZW Zimbabwe
""")

SCHEMA_ONLY_COUNTRIES: frozenset[str] = frozenset({"", "A1", "A2", "O1", "AN", "AP", "EU", "FX", "XK"})
"""Codes that the schema takes and the documentation does not: no ISO country."""

STATES: dict[str, str] = _pairs("""
AK Alaska · AL Alabama · AR Arkansas · AZ Arizona · CA California · CO Colorado · CT Connecticut ·
DC District of Columbia · DE Delaware · FL Florida · GA Georgia · GU Guam · HI Hawaii · IA Iowa · ID Idaho ·
IL Illinois · IN Indiana · KS Kansas · KY Kentucky · LA Louisiana · MA Massachusetts · MD Maryland ·
ME Maine · MI Michigan · MN Minnesota · MO Missouri · MS Mississippi · MT Montana · NC North Carolina ·
ND North Dakota · NE Nebraska · NH New Hampshire · NJ New Jersey · NM New Mexico · NV Nevada · NY New York ·
OH Ohio · OK Oklahoma · OR Oregon · PA Pennsylvania · PR Puerto Rico · RI Rhode Island · SC South Carolina ·
SD South Dakota · TN Tennessee · TX Texas · UT Utah · VA Virginia · VI Virgin Islands · VT Vermont ·
WA Washington · WI Wisconsin · WV West Virginia · WY Wyoming
""")

SCHEMA_ONLY_STATES: frozenset[str] = frozenset({""})

REGIONS: dict[str, str] = STATES | {"AS": "American Samoa", "MP": "Northern Mariana Islands"}
"""US postal abbreviations for an estimated location, whose region the schema does not list."""
