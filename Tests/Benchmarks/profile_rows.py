# Shows that a workspace is what Frappe's own wizard would have made of a site, for several
# countries and for names that are hard to put in the place of another.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

from accepted import ANY, ROW, Accepted, compare
from bench import Compose
from signups import PASSWORD, Signups, settle
from site_rows import Site, answers, read, wait_for_jobs
from wire import CallFailed, Wire
from wizard_site import WizardSite

PATIENCE = 900
"""Seconds for a signup that has a template made first."""


@dataclass(frozen=True)
class Case:
    """A customer. What is not said, the country says."""

    country: str
    company: str
    more: dict[str, str] = field(default_factory=dict)
    year: str = "01-01"
    """The first day of the country's fiscal year."""
    refused: str = ""
    """The parameter that tenantd refuses, where ERPNext's wizard fails."""

    @property
    def name(self) -> str:
        long = f"{self.company[:40]}… ({len(self.company)} characters)"
        company = self.company if len(self.company) < len(long) else long
        return " ".join([self.country, f"“{company}”", *self.more.values()])


LONG = (
    "Associação Brasileira de Fabricantes e Distribuidores de Ferragens, Ferramentas, Tintas e"
    " Artigos de Iluminação do Vale do Rio Doce Ltda-ME 100%"
)
"""140 characters and more; the names that ERPNext makes of a company's and its abbreviation have as many."""
CASES = [
    Case("DE", "O'Neil & Söhne 100% GmbH"),
    Case("US", 'The "Quoted" \\ Back_slash & Co - 50% 🚀'),
    Case("IN", "Debtors", {"abbreviation": "देवनागरी"}, year="04-01"),
    Case("FR", "L'Été – Société_& Fils", {"language": "fr", "abbreviation": "É-%&\\"}),
    Case("BR", LONG[:132], {"language": "pt-BR", "abbreviation": "A"}),
    Case("AE", "شركة النخيل للتجارة 🌴", {"language": "ar", "abbreviation": "نخيل"}),
    Case("BR", LONG[:140], {"language": "pt-BR"}, refused="companyName"),
    Case("FR", "Été", {"language": "fr", "abbreviation": "ABCDEFGHIJ"}, refused="abbreviation"),
    Case("DE", "% _ \\ 'n \"q -x", {"language": "de"}),
    Case("US", "Stores", {"abbreviation": "ÉTÉ-%_&\\'\"", "chartOfAccounts": "Standard"}),
    Case("DE", "Forderungen", {"abbreviation": "f"}),
]

HISTORY = "A template's own history is not its copies': what was logged while the wizard ran."
ORDER = "Frappe's wizard gives the roles in the order of a set, which differs from run to run."
KEYS = "The answer's API keys; the wizard issues none."
PLAN = "What the customer has bought, which tenantd writes with the signup."
INSTALLER = "The installer's log, lock or mark; a template keeps its own."
CALENDAR = (
    "As if each scheduled job had run at the signup, so that it runs when its time comes; after the"
    " wizard all of them are due at once."
)
TREE = (
    "ERPNext puts siblings in the order of their names, which end with the abbreviation: where one"
    " name begins another, the token's place is another one. Both are whole trees, as was looked."
)
TREES = {"tabAccount": "parent_account", "tabCost Center": "parent_cost_center"}
ACCEPTED = [
    Accepted("tabVersion", ROW, HISTORY, only="script"),
    Accepted("tabError Log", ROW, HISTORY, only="script"),
    Accepted("tabHas Role", "idx", ORDER, key="{email}/*"),
    Accepted("tabHas Role", "idx", "So does the installer, for Administrator.", key="Administrator/*"),
    Accepted("(web)", "role", ORDER, key=" roles [0-9]*"),
    Accepted("tabPermission Log", "changes", ORDER),
    Accepted("(web)", "*", "The session's own.", key=" active_sessions [0-9]*"),
    Accepted("tabUser", "api_key", KEYS, key="{email}", only="tenantd"),
    Accepted("tabUser", "api_secret", KEYS, key="{email}", only="tenantd"),
    Accepted("__Auth", ROW, KEYS, key="User/{email}/api_secret", only="tenantd"),
    Accepted("(web)", "api_*", KEYS, key=" data", only="tenantd"),
    Accepted(
        "tabUser", "send_welcome_email", "No mail is sent by either; tenantd also says so.",
        key="{email}",
    ),
    Accepted("(web)", "send_welcome_email", "See send_welcome_email of tabUser.", key=" data"),
    Accepted("tabScheduled Job Type", "last_execution", CALENDAR, only="tenantd"),
    Accepted("tabSingles", "value", PLAN, key="SaaS Settings/*", only=ANY),
    Accepted("(web)", "*", PLAN, key="/SaaS%20Settings data", only=ANY),
    Accepted(
        "tabSingles", "value", "The time of day of the installation, which ERPNext takes for a default.",
        key="Stock Reposting Settings/*_time",
    ),
    Accepted(
        "(config)", "encryption_key", "Made when a first secret is kept, which the API key is.",
        only="tenantd",
    ),
    Accepted(
        "(config)", "host_name", "The tenant's own URL, for links in its mails.", only="tenantd"
    ),
    Accepted(
        "(config)", "db_user", "Frappe takes the database's name, where none is named as on 16.",
        only="script",
    ),
    Accepted("(config)", "tenantd", "What tenantd knows about the tenant.", only="tenantd"),
    Accepted(
        "(config)", "pause_scheduler", "Here, so that nothing runs before the rows are read.",
        only="script",
    ),
    Accepted("(folder)", ".test_log", INSTALLER, only="script"),
    Accepted("(folder)", "locks/*.lock", INSTALLER, only=ANY),
    Accepted("(folder)", "logs/*.log*", INSTALLER, only=ANY),
    Accepted(
        "(folder)", "site_config.json", "It holds secrets, and is not for others to read."
    ),
]  # fmt: skip


def is_tree(site: Site, table: str, parent: str) -> bool:
    """Whether the rows are a whole nested set: each number once, each row in its parent's."""
    rows = {str(row["name"]): row for row in site.rows.get(table, [])}
    spans = {name: (int(row["lft"] or 0), int(row["rgt"] or 0)) for name, row in rows.items()}
    numbers = sorted(number for span in spans.values() for number in span)
    inside = all(
        spans[up][0] < spans[name][0] < spans[name][1] < spans[up][1]
        for name, row in rows.items()
        if (up := row[parent] or "") in spans
    )
    return inside and numbers == list(range(1, 2 * len(rows) + 1))


class Proof:
    """The customers of one run, and the site that the wizard is run in for each."""

    def __init__(self, bench: Compose, signups: Signups) -> None:
        self.bench, self.signups = bench, signups
        self.setups: dict[str, dict[str, Any]] = {}
        """By country, what the last answer said of a workspace."""

    def run(self, cases: Sequence[Case], reference: str) -> bool:
        results = []
        with self.bench.start(0) as wire, WizardSite(self.bench, reference) as wizard:
            settle(wire, 0, limit=1800)
            try:
                for case in cases:
                    results.append((case, self.proves(case, wire, wizard)))
            finally:
                self.signups.remove(wire)
        print()
        for case, is_equal in results:
            print(f"{'equal' if is_equal else 'NOT EQUAL'}: {case.name}")
        return all(is_equal for _, is_equal in results)

    def proves(self, case: Case, wire: Wire, wizard: WizardSite) -> bool:
        owner = self.signups.order()
        order = {**owner, **case.more, "organizationName": case.company, "country": case.country}
        try:
            tenant, seconds = wire.call("provision", **order, timeout=PATIENCE)
        except CallFailed as failed:
            return self.is_refused(case, failed, owner, wizard)
        setup = self.setups[case.country] = tenant["setup"]
        print(f"\n{case.name}: {tenant['path']}, {seconds:.1f} s: {setup}", flush=True)
        if case.refused:
            print("  UNEXPECTED: it was not refused")
            return False
        claimed = self.read(str(tenant["site"]), owner["email"], wizard)
        if why := wizard.run(owner, setup, case.year):
            print(f"  UNEXPECTED: the wizard refused what tenantd did not: {why}")
            return False
        by_wizard = self.read(wizard.name, owner["email"], wizard)
        words = {"email": owner["email"], "site": str(tenant["site"])}
        meant = ACCEPTED + [
            Accepted(table, column, TREE, key=f" - {setup.get('abbreviation')}")
            for table, parent in TREES.items()
            for column in ("lft", "rgt")
            if is_tree(claimed, table, parent) and is_tree(by_wizard, table, parent)
        ]
        return compare(case.name, by_wizard, claimed, meant, words, by="the wizard")

    def is_refused(
        self, case: Case, failed: CallFailed, owner: dict[str, str], wizard: WizardSite
    ) -> bool:
        """Both refuse, for the customer before it has shown what else the wizard is told."""
        print(f"\n{case.name}: {failed}", flush=True)
        fields = [each["field"] for each in (failed.error.get("data") or {}).get("fields") or []]
        if fields != [case.refused]:
            print(f"  UNEXPECTED: refused for {fields}")
            return False
        setup = {**self.setups[case.country], "company": case.company}
        initials = "".join(word[0] for word in case.company.split()).upper()[:10]
        setup["abbreviation"] = case.more.get("abbreviation", initials)
        if not (why := wizard.run(owner, setup, case.year)):
            print("  UNEXPECTED: the wizard did not refuse it")
            return False
        print(f"  meant: so does the wizard: {why[:200]}")
        return True

    def read(self, name: str, email: str, wizard: WizardSite) -> Site:
        """When all is done that the signup, or the wizard, has left to others."""
        wait_for_jobs(self.bench, name)
        wizard.index(name)
        site = read(self.bench, name)
        site.answers = answers(self.bench, name, email, PASSWORD)
        return site
