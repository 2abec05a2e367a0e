# What a database consists of beside rows: its tables, sequences, views, triggers, routines and
# events, as the server itself writes them down.
from typing import Any, Iterator, NamedTuple

JSON = dict[str, Any]
ENGINES = ("InnoDB", "Aria", "MyISAM", "MEMORY", "CSV", "ARCHIVE", "ROCKSDB")
"""Those that keep a table's rows in the database itself. A table of another (MERGE, FEDERATED,
CONNECT, SPIDER, S3, …) shows what is elsewhere, and its copy would show the same."""


class Uncopyable(Exception):
    """The database holds something that its copy would not have."""


class Definition(NamedTuple):
    """One object, and under which settings its text has to be read."""

    kind: str
    """`TABLE`, `SEQUENCE`, `VIEW`, `TRIGGER`, `EVENT`, or a kind of routine."""
    name: str
    text: str
    mode: str = ""
    charset: str = ""
    collation: str = ""
    zone: str = ""

    def create(self, cursor: Any) -> None:
        """In the database that the connection is at."""
        if self.charset:
            cursor.execute(
                "SET SESSION sql_mode = %s, character_set_client = %s, collation_connection = %s",
                (self.mode, self.charset, self.collation),
            )
        if self.zone:
            cursor.execute("SET SESSION time_zone = %s", (self.zone,))
        cursor.execute(self.text)

    def moved(self, source: str, target: str) -> "Definition":
        """For another database. A definition can name its own database, and its definer is the
        database's user, who is called the same: a name of 16 random digits occurs in no other
        sense."""
        return self._replace(text=self.text.replace(source, target))


class Objects:
    """All that is in a database, read at once."""

    def __init__(self, cursor: Any, database: str) -> None:
        self.cursor, self.database = cursor, database
        # Definitions then leave the database's name out where they can.
        cursor.execute(f"USE `{database}`")
        self.collation = collation(cursor, database)
        self.tables = list_tables(cursor, database)
        self.definitions = [*self.of_tables(), *self.of_code()]

    def of_tables(self) -> Iterator[Definition]:
        for name, kind in self.tables.items():
            if kind == "BASE TABLE":
                yield self.show("TABLE", name, text=1)
            elif kind == "SEQUENCE":
                yield self.show("SEQUENCE", name, text=1)
            elif kind != "VIEW":
                raise Uncopyable(f"{name} is a {kind}")

    def of_code(self) -> Iterator[Definition]:
        """In an order in which they can be made: routines before views that call them, triggers
        and events last, when there are rows."""
        names = self.ask(
            "SELECT routine_type, routine_name FROM information_schema.routines"
            " WHERE routine_schema = %s ORDER BY routine_type, routine_name"
        )
        for kind, name in names:
            yield self.show(kind, name, mode=1, text=2, charset=3)
        for name, kind in self.tables.items():
            if kind == "VIEW":
                yield self.show("VIEW", name, text=1, charset=2)
        names = self.ask(
            "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = %s"
            " ORDER BY event_object_table, action_timing, event_manipulation, action_order"
        )
        for (name,) in names:
            yield self.show("TRIGGER", name, mode=1, text=2, charset=3)
        names = self.ask(
            "SELECT event_name FROM information_schema.events WHERE event_schema = %s ORDER BY 1"
        )
        for (name,) in names:
            yield self.show("EVENT", name, mode=1, zone=2, text=3, charset=4)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        self.cursor.execute(query, (self.database,))
        return list(self.cursor.fetchall())

    def show(
        self, kind: str, name: str, text: int, mode: int = 0, charset: int = 0, zone: int = 0
    ) -> Definition:
        """The server's own words; the numbers say which of its columns are what."""
        self.cursor.execute(f"SHOW CREATE {kind} {quoted(name)}")
        row = self.cursor.fetchall()[0]
        if not row[text]:
            raise Uncopyable(f"the text of the {kind.lower()} {name} cannot be read")
        return Definition(
            kind,
            name,
            row[text],
            row[mode] if mode else "",
            row[charset] if charset else "",
            row[charset + 1] if charset else "",
            row[zone] if zone else "",
        )

    def check(self) -> None:
        """Raises when there is something that no copy can have."""
        rows = self.ask(
            "SELECT table_name, engine FROM information_schema.tables WHERE table_schema = %s"
            " AND table_type = 'BASE TABLE'"
        )
        for name, engine in rows:
            if engine not in ENGINES:
                raise Uncopyable(f"the table {name} has the engine {engine}")

    def columns_to_name(self) -> dict[str, list[str]]:
        """The columns that hold values of their own, of each table where that is not what
        `SELECT *` gives: the server computes generated columns, and hides invisible ones."""
        rows = self.ask(
            "SELECT table_name, column_name, is_generated = 'ALWAYS', extra LIKE '%%INVISIBLE%%'"
            " FROM information_schema.columns WHERE table_schema = %s"
            " ORDER BY table_name, ordinal_position"
        )
        special = {table for table, _, generated, hidden in rows if generated or hidden}
        found: dict[str, list[str]] = {}
        for table, column, generated, _ in rows:
            if table in special and not generated:
                found.setdefault(table, []).append(column)
        return found

    def differences(self, copy: "Objects") -> list[Definition]:
        """The objects that the copy lacks, has in another form, or has too many."""
        # A database's rows have raised its counters as far as the copy's own.
        mine = {(d.kind, d.name): d for d in self.definitions}
        theirs = {(d.kind, d.name): d.moved(copy.database, self.database) for d in copy.definitions}
        wrong = [found for key, found in mine.items() if theirs.get(key) != found]
        return wrong + [found for key, found in theirs.items() if key not in mine]


def list_tables(cursor: Any, database: str) -> dict[str, str]:
    """Tables, sequences and views by name, each with its kind; opens none of them."""
    cursor.execute(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = %s"
        " ORDER BY table_name",
        (database,),
    )
    return {name: kind for name, kind in cursor.fetchall()}


def collation(cursor: Any, database: str) -> str:
    cursor.execute(
        "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = %s",
        (database,),
    )
    return str(cursor.fetchall()[0][0])


def quoted(*names: str) -> str:
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
