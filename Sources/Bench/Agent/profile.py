# A profile: country, currency, language, time zone, chart of accounts and fiscal year of a workspace.
# What of it is not told comes from the bench's own data; what the bench does not know is refused.
import datetime
import hashlib
import json
from typing import Iterable, NoReturn

from . import methods, versions
from .wire import JSON, invalid

ASKED = ("country", "currency", "language", "timeZone", "chartOfAccounts", "fiscalYearStart")
"""What may be said of a profile."""
known: dict[str, JSON] = {}
"""Profiles by what was asked for and the day, in the agent's own process."""


def wanted(params: JSON) -> JSON | None:
    """What a job asks for and what the operator has set; None where no country is said anywhere."""
    asked, standard = params.get("profile") or {}, params.get("workspace") or {}
    if asked.get("country") or standard.get("country"):
        return {"asked": asked, "standard": standard, "apps": params.get("apps") or []}
    for field, value in asked.items():
        if value is not None:
            raise invalid("country", f"must be given where {field} is")
    return None


def key(question: JSON) -> str:
    """What stands for an answer in `known`: a fiscal year begins at midnight."""
    return json.dumps([datetime.date.today().isoformat(), question], sort_keys=True)


@methods.stage("profile", takes=("asked", "standard", "apps"))
def resolve(params: JSON, emit: methods.Emit) -> JSON:
    """The whole profile, with an `id` that tells it from every other. Needs no site."""
    asked = {name: value for name, value in params["asked"].items() if value}
    standard = {name: value for name, value in params["standard"].items() if value}
    countries = versions.countries()
    name = country(asked.get("country") or standard["country"], countries)
    info = countries[name]
    # The operator's settings describe the operator's country; another one has its own data.
    own = standard if name == country(standard.get("country") or name, countries) else {}
    zones = info.get("timezones") or []
    found: JSON = {
        "country": name,
        "code": str(info.get("code") or "").upper(),
        "currency": currency(asked, own, standard, info, countries),
        **language(asked.get("language") or standard.get("language") or "en"),
        "timeZone": time_zone(asked, own, standard, zones),
        "chartOfAccounts": None,
        "fiscalYear": None,
    }
    if versions.makes_companies(params["apps"]):
        found["chartOfAccounts"] = chart(asked.get("chartOfAccounts"), name, info)
        start = asked.get("fiscalYearStart") or versions.fiscal_years().get(name) or "01-01"
        found["fiscalYear"] = fiscal_year(start, datetime.date.today())
    elif asked.get("chartOfAccounts"):
        raise invalid("chartOfAccounts", "must be left out: new sites get no ERPNext on this bench")
    text = json.dumps(found, sort_keys=True)
    return {**found, "id": hashlib.sha256(text.encode()).hexdigest()[:16]}


def country(given: str, countries: dict[str, JSON]) -> str:
    """Frappe's name of a country, from that or from its two letters."""
    codes = {str(info["code"]).upper(): name for name, info in countries.items() if info.get("code")}
    names = {name.lower(): name for name in countries}
    found = codes.get(given.upper()) or names.get(given.lower())
    return found or none_of("country", codes)


def currency(
    asked: JSON, own: JSON, standard: JSON, info: JSON, countries: dict[str, JSON]
) -> str:
    codes = {str(each["currency"]) for each in countries.values() if each.get("currency")}
    found = asked.get("currency") or own.get("currency") or info.get("currency")
    found = str(found or standard.get("currency") or "").upper()
    if not found:
        raise invalid("currency", "must be given: the bench knows none of that country")
    return found if found in codes else none_of("currency", codes)


def language(given: str) -> JSON:
    """The nearest language that the bench has: `de-AT` is `de` where there is no other."""
    names = versions.languages()
    codes = {code.lower(): code for code in names}
    parts = given.replace("_", "-").lower().split("-")
    for count in range(len(parts), 0, -1):
        if code := codes.get("-".join(parts[:count])):
            return {"language": code, "languageName": names[code]}
    none_of("language", names)


def time_zone(asked: JSON, own: JSON, standard: JSON, zones: list[str]) -> str:
    """Of a country that has several, the operator's if it is one of them, else the first."""
    every = versions.time_zones()
    given = asked.get("timeZone") or own.get("timeZone")
    preferred = standard.get("timeZone")
    found = given or (preferred if preferred in zones else None) or next(iter(zones), preferred)
    if not found:
        raise invalid("timeZone", "must be given: the bench knows none of that country")
    found = {zone.lower(): zone for zone in every}.get(str(found).lower())
    return found or none_of("timeZone", every)


def chart(given: str | None, name: str, info: JSON) -> str:
    """The one that ERPNext's wizard offers first: the country's own where there is one."""
    offered = versions.charts(name, str(info.get("code") or ""))
    standard = [each for each in offered if each.startswith("Standard")]
    offered = sorted(set(offered) - set(standard)) + standard
    if given and given not in offered:
        none_of("chartOfAccounts", offered)
    return given or offered[0]


def fiscal_year(start: str, today: datetime.date) -> JSON:
    """The year that today is in, of those that begin on a day given as MM-DD."""
    try:
        month, day = (int(part) for part in start.split("-"))
        datetime.date(2001, month, day)  # a year without the 29th of February
    except ValueError:
        raise invalid("fiscalYearStart", "must be a day of each year as MM-DD") from None
    first = datetime.date(today.year, month, day)
    if first > today:
        first = first.replace(year=today.year - 1)
    last = first.replace(year=first.year + 1) - datetime.timedelta(days=1)
    return {"start": first.isoformat(), "end": last.isoformat()}


def none_of(field: str, offered: Iterable[str]) -> NoReturn:
    raise invalid(field, f"must be one of: {', '.join(sorted(offered))}")
