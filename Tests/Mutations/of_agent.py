# Mistakes in the agent, which Python's own tests see without a build: whose database it is, what
# may be dropped, who has which name, and what a failed signup leaves.
from __future__ import annotations

from mutation import AGENT, Mutation

TESTS = "Tests/BenchTests"
OWNERSHIP, CLAIM = f"{TESTS}/ownership_test.py", f"{TESTS}/claim_test.py"
HELD, RESERVATION = f"{TESTS}/held_test.py", f"{TESTS}/reservation_test.py"
METHODS = f"{TESTS}/methods_test.py"
REHEARSAL, COPY = f"{TESTS}/rehearsal_test.py", f"{TESTS}/copy_test.py"

OF_AGENT = [
    # A signup
    Mutation(
        "committed is set after the commit", f"{AGENT}/held.py",
        "        self.is_committed = True\n        type(self.db).commit(self.db)\n",
        "        type(self.db).commit(self.db)\n        self.is_committed = True\n", CLAIM,
    ),
    Mutation(
        "a signup that may be in the database is undone", f"{AGENT}/claim.py",
        "if hold.is_committed:", "if False:", CLAIM,
    ),
    Mutation(
        "a failed signup keeps its name", f"{AGENT}/claim.py",
        "            os.rename(site, hidden)\n", "            pass\n", CLAIM,
    ),
    Mutation(
        "a failed signup leaves its mark on the standby", f"{AGENT}/claim.py",
        "        config.change(hidden, lambda conf: conf.update(tenantd=before))\n", "", CLAIM,
    ),
    Mutation(
        "a taken name is any error", f"{AGENT}/claim.py", "if os.path.lexists(site):", "if False:",
        CLAIM,
    ),
    Mutation(
        "any error is a taken name", f"{AGENT}/claim.py", "if os.path.lexists(site):", "if True:",
        CLAIM,
    ),
    Mutation(
        "a link that leads nowhere is no taken name", f"{AGENT}/claim.py",
        "if os.path.lexists(site):", "if os.path.exists(site):", CLAIM,
    ),
    Mutation(
        "keys are not proven", f"{AGENT}/claim.py",
        "                prove_keys(user, key, secret)\n                take_name",
        "                take_name", CLAIM,
    ),
    Mutation(
        "keys are another user's", f"{AGENT}/owner.py", "if frappe.session.user != user:",
        "if False:", CLAIM,
    ),
    Mutation(
        "nothing is rolled back", f"{AGENT}/held.py",
        "            self.db.rollback()\n            run_all(self.undone)", "            pass",
        HELD,
    ),
    Mutation(
        "a hook's commit is one", f"{AGENT}/held.py",
        "self.db.commit, self.db.rollback = self.held_commit, self.held_rollback",
        "self.db.rollback = self.held_rollback", HELD,
    ),
    Mutation(
        "a rehearsal's jobs run", f"{AGENT}/held.py",
        "        self.later = []\n        try:\n", "        self.release()\n        try:\n", HELD,
    ),
    Mutation(
        "a transaction that has ended is not noticed", f"{AGENT}/held.py",
        'self.db.sql(f"release savepoint {WITNESS}")', "pass", HELD,
    ),
    Mutation(
        "half of the settings stays", f"{AGENT}/optional.py",
        "        frappe.db.rollback(save_point=SAVEPOINT)\n", "", f"{TESTS}/refusal_test.py",
    ),
    # Standbys
    Mutation(
        "a standby that a rehearsal has changed is kept", f"{AGENT}/rehearsal.py",
        "    if trouble:\n", "    if False:\n", REHEARSAL,
    ),
    Mutation(
        "what a rehearsal leaves is not looked for", f"{AGENT}/rehearsal.py",
        "difference = snapshot.take(hidden).difference(before)", 'difference = ""', REHEARSAL,
    ),
    Mutation(
        "a rehearsal that changed its site is made again", f"{AGENT}/rehearsal.py",
        '        forbid(params.get("templateSite"), sentence)\n', "", REHEARSAL,
    ),
    Mutation(
        "a customer's standby goes to the next one", f"{AGENT}/standby.py",
        "back.is_whole and is_whole(hidden, inode) and is_as_it_was(hidden, standing[-1])", "True",
        f"{TESTS}/standby_test.py",
    ),
    Mutation(
        "a standby that is given up stays a standby", f"{AGENT}/standby.py",
        '        folder.mark(hidden, state="broken")\n', "        pass\n",
        f"{TESTS}/standby_test.py",
    ),
    Mutation(
        "a standby is adopted with a user in it", f"{AGENT}/standby.py",
        'frappe.db.exists("User", {"user_type": "System User", "name": ["!=", "Administrator"]})',
        "False", f"{TESTS}/standby_test.py",
    ),
    # Copies
    Mutation(
        "a template's sessions are good in its copies", f"{AGENT}/copying.py",
        '    "tabSessions",\n', "", COPY,
    ),
    Mutation(
        "a template that was changed is copied", f"{AGENT}/copying.py",
        'if found != plan["tables"]:', "if False:", COPY,
    ),
    Mutation(
        "a template's backups are in its copies", f"{AGENT}/folder.py",
        "return [n for n in names if os.path.join(at, n) == own]", "return []", COPY,
    ),
    Mutation(
        "an app's secret is the same in all copies", f"{AGENT}/folder.py",
        "if len(json.dumps(value)) > LONGEST_SETTING:", "if False:", COPY,
    ),
    # Whose it is
    Mutation(
        "a planted folder's database is dropped", f"{AGENT}/ownership.py", "    if not forced:\n",
        "    if False:\n", OWNERSHIP,
    ),
    Mutation(
        "another site's database is dropped", f"{AGENT}/ownership.py",
        "    if others := bench.sharing(database, site):\n", "    if others := list[str]():\n",
        OWNERSHIP,
    ),
    Mutation(
        "another bench's database is dropped by force", f"{AGENT}/ownership.py",
        "if other := identity.user_of(root, database):", "if other := None:", OWNERSHIP,
    ),
    Mutation(
        "the server's own database is dropped by force", f"{AGENT}/ownership.py",
        "if database in SERVERS_OWN or not", "if not", OWNERSHIP,
    ),
    Mutation(
        "a site's user may be root", f"{AGENT}/ownership.py",
        "if user in USERS_OWN or user == root_user or bench", "if bench", OWNERSHIP,
    ),
    Mutation(
        "a user of another name goes too", f"{AGENT}/ownership.py",
        "    if user != database and not (forced or is_own(user)):\n        return False\n", "",
        OWNERSHIP,
    ),
    Mutation(
        "what begins like this bench's name is its own", f"{AGENT}/index.py",
        "re.fullmatch(form, database)", "re.match(form, database)", OWNERSHIP,
    ),
    Mutation(
        "a copy's token is good", f"{AGENT}/identity.py", "    if row.token not in tokens:\n",
        "    if False:\n", OWNERSHIP,
    ),
    Mutation(
        "a copy in another folder is good", f"{AGENT}/identity.py",
        "    if not is_same(row.place, now):\n", "    if False:\n", OWNERSHIP,
    ),
    Mutation(
        "a bench that is served is taken over", f"{AGENT}/identity.py",
        "and not server.is_free(root, *life(name, row.place)):", "and False:", OWNERSHIP,
    ),
    # Drops
    Mutation(
        "a bench that is not proven drops", f"{AGENT}/drop.py",
        "        identity.prove(root)\n        # Another", "        # Another", OWNERSHIP,
    ),
    Mutation(
        "a drop takes whoever has the name by now", f"{AGENT}/drop.py",
        "if expected is not None and not is_same(conf, expected):", "if False:", OWNERSHIP,
    ),
    Mutation(
        "a drop takes what somebody works on", f"{AGENT}/drop.py",
        '        wait_for_session(root, site, config.read(site) or {}, session)\n', "", OWNERSHIP,
    ),
    Mutation(
        "a link's own site is dropped", f"{AGENT}/drop.py", "    if os.path.islink(site):\n",
        "    if False:\n", OWNERSHIP,
    ),
    Mutation(
        "what tenantd did not make is dropped", f"{AGENT}/drop.py",
        'if not record["made"] and not forced:', "if False:", OWNERSHIP,
    ),
    Mutation(
        "the config is not the last to go", f"{AGENT}/remnants.py",
        'if entry.name != "site_config.json":', "if True:", OWNERSHIP,
    ),
    Mutation(
        "a config that is being written goes", f"{AGENT}/files.py",
        "return time.time() - os.stat(path).st_mtime > SECONDS", "return True", OWNERSHIP,
    ),
    Mutation(
        "a bench that another process has named is named again", f"{AGENT}/files.py",
        "(os.link if is_new else os.replace)", "os.replace", OWNERSHIP,
    ),
    # Reconciliations
    Mutation(
        "a tenant is a leftover", f"{AGENT}/reconcile.py",
        'in ("active", "standby", "template"):', 'in ("standby", "template"):', OWNERSHIP,
    ),
    Mutation(
        "a job that runs is dead", f"{AGENT}/reconcile.py",
        'return record["job"] not in params["live"]', "return True", OWNERSHIP,
    ),
    Mutation(
        "a neighbour's job is dead", f"{AGENT}/reconcile.py",
        'return not record["session"] or server.is_free(root, "session", record["session"])',
        "return True", OWNERSHIP,
    ),
    Mutation(
        "a folder that is being made is abandoned", f"{AGENT}/reconcile.py",
        '        return job not in params["live"]', "        return True", OWNERSHIP,
    ),
    Mutation(
        "a dry run drops", f"{AGENT}/reconcile.py", "            if not self.is_dry:\n",
        "            if True:\n", OWNERSHIP,
    ),
    Mutation(
        "what a broken site may name is an orphan", f"{AGENT}/reconcile.py",
        "        if unknown:\n", "        if False:\n", OWNERSHIP,
    ),
    Mutation(
        "any process is the session's predecessor", f"{AGENT}/predecessor.py",
        " or look(pid) != told:", ":", f"{TESTS}/agent_test.py PredecessorTest",
    ),
    Mutation(
        "a predecessor that stands still keeps its locks", f"{AGENT}/predecessor.py",
        "            os.kill(each, signal.SIGKILL)\n", "            pass\n",
        f"{TESTS}/agent_test.py PredecessorTest",
    ),
    Mutation(
        "a tenant that was given out again is undone", f"{AGENT}/reissue.py",
        "    folder.mark(site, job=None)\n", "", f"{TESTS}/agent_test.py ReservationTest",
    ),
    # Requests
    Mutation(
        "a parameter that nobody knows is passed over", f"{AGENT}/methods.py",
        "            if name not in known:\n", "            if False:\n", METHODS,
    ),
    Mutation(
        "a request is begun without what it needs", f"{AGENT}/methods.py",
        "            if name not in params:\n", "            if False:\n", METHODS,
    ),
    Mutation(
        "a secret of another name is told", f"{AGENT}/methods.py",
        "    secrecy.KEYS.update(secrets)\n", "", METHODS,
    ),
    Mutation(
        "a job works on a site that somebody else works on", f"{AGENT}/orders.py",
        'if not server.lock(frappe.db, "site", site, wait=LOCK_SECONDS):', "if False:", METHODS,
    ),
    # Names, addresses, keys
    Mutation(
        "no second look after the locks", f"{AGENT}/reservations.py",
        "        if found := self.existing(params):\n            self.release(params)\n",
        "        found: JSON | None = None\n        if found:\n            self.release(params)\n",
        RESERVATION,
    ),
    Mutation(
        "nothing is reserved for a job, and it is made", f"{AGENT}/reservations.py",
        "if job not in self.reserved:", "if False:", RESERVATION,
    ),
    Mutation(
        "a cancelled job keeps its locks", f"{AGENT}/reservations.py",
        '                self.tell({"op": "unlock", "locks": params["locks"]})\n', "", RESERVATION,
    ),
    Mutation(
        "an address owns as many tenants as processes", f"{AGENT}/reservations.py",
        '            wanted.append(["owner", scope + params["owner"]])\n', "            pass\n",
        RESERVATION,
    ),
    Mutation(
        "a job goes on without its lost locks", f"{AGENT}/reservations.py",
        '            self.release({"job": job})\n        return jobs\n',
        "            pass\n        return jobs\n", RESERVATION,
    ),
    Mutation(
        "what is generated is not redacted", f"{AGENT}/secrecy.py", "(*secrets, *made)",
        "(*secrets,)", f"{TESTS}/secrecy_test.py",
    ),
    Mutation(
        "a profile's template waits for its own job", f"{AGENT}/template.py",
        "        root.close()  # and with it the lock, which a profile's template takes for itself\n",
        "        pass\n", f"{TESTS}/profile_test.py",
    ),
    Mutation(
        "a template of two builds", f"{AGENT}/profiles.py",
        "        build.demand_same(apps, since)\n", "", f"{TESTS}/profile_test.py",
    ),
    Mutation(
        "a quoted secret is told", f"{AGENT}/secrecy.py",
        "for form in forms(secret)}", "for form in [secret]}", f"{TESTS}/secrecy_test.py",
    ),
]
