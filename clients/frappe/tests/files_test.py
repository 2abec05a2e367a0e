# Tests of the record, and of the limit of files.
import os
import unittest
from pathlib import Path

from app_case import AppCase, Document, frappe
from tenantd_app import files, record, storage


def file(name: str, size: int = 0, **more: object) -> Document:
    doc = Document(name=name, file_url=f"/private/files/{name}", is_folder=0, file_size=size)
    doc.flags, doc._content = frappe._dict(), None
    doc.__dict__.update(more)
    return doc


class Record(AppCase):
    def test_limits(self) -> None:
        self.plan(users=5, storageGB=None, limits={"apiCalls": 10, "emails": None})
        found = [record.limit(name) for name in ("users", "storageGB", "apiCalls", "emails", "x")]
        self.assertEqual(found, [5, None, 10, None, None])
        self.plan(users=5, storageGB=1)  # an older one
        self.assertEqual((record.limit("storageGB"), record.limit("apiCalls")), (1, None))

    def test_what_is_no_limit_is_none(self) -> None:
        values: list[object] = [True, -1, "5", 1.5, [], {}]
        for value in values:
            self.plan(users=value, limits=value)
            self.assertIsNone(record.limit("users"))
            self.assertIsNone(record.limit("apiCalls"))
        plans: list[object] = [None, "free", []]
        for plan in plans:
            frappe.write({"plan": plan})
            self.assertIsNone(record.limit("users"))

    def test_a_file_that_cannot_be_read_leaves_what_frappe_knows(self) -> None:
        Path(frappe.local.site_path, record.NAME).write_text("{", encoding="utf-8")
        self.assertEqual(record.read(), {})
        frappe.local.conf["tenantd"] = {"plan": {"users": 3}}
        self.assertEqual(record.limit("users"), 3)
        os.unlink(os.path.join(frappe.local.site_path, record.NAME))
        self.assertEqual(record.limit("users"), 3)


class Files(AppCase):
    def setUp(self) -> None:
        super().setUp()
        self.plan(storageGB=1)
        storage.after_install()
        frappe.local.db.commit()

    def put(self, name: str, size: int, folder: str = "private") -> None:
        Path(frappe.get_site_path(folder, "files", name)).write_bytes(b"x" * size)

    def test_no_more_than_there_is_room_for(self) -> None:
        storage.put(files.GIGABYTE - 100)
        with self.assertRaises(files.StorageLimitReached) as caught:
            files.before_write(file_size=101)
        self.assertIn("file of 101 bytes: of the 1 GB", str(caught.exception))
        self.assertIn("100 bytes are free", str(caught.exception))
        files.before_write(file_size=100)
        self.assertEqual(storage.locked(), files.GIGABYTE)
        frappe.local.db.rollback()
        self.assertEqual(storage.locked(), 0)

    def test_without_a_limit_it_is_counted_all_the_same(self) -> None:
        self.plan(storageGB=None)
        storage.put(5 * files.GIGABYTE)
        files.before_write(file_size=7)
        self.assertEqual(storage.locked(), 5 * files.GIGABYTE + 7)

    def test_before_the_site_was_migrated(self) -> None:
        storage.before_uninstall()
        files.before_write(file_size=2 * files.GIGABYTE)
        self.assertIsNone(storage.locked())

    def test_a_deleted_file_is_room_again(self) -> None:
        self.put("a", 40)
        files.recount()
        files.delete_content(file("a", size=10**9))  # what the row says does not matter
        self.assertEqual(storage.locked(), 0)

    def test_what_is_deleted_by_a_rollback_was_not_counted(self) -> None:
        self.put("a", 40)
        files.recount()
        doc = file("a")
        doc.flags.new_file = True
        files.delete_content(doc)
        self.assertEqual(storage.locked(), 40)

    def test_a_file_that_is_gone_and_a_thumbnail_are_no_room(self) -> None:
        storage.put(100)
        deleted: list[str] = []
        frappe.local.hooks = {
            "delete_file_data_content": [files.OWN, "s3.delete"],
            "attributes": {"s3.delete": lambda doc, only_thumbnail: deleted.append(doc.name)},
        }
        files.delete_content(file("gone", size=50))
        files.delete_content(file("thumb", size=50), only_thumbnail=True)
        self.assertEqual(storage.locked(), 100)
        elsewhere = file("s3", size=30, file_url="https://s3.example/x")
        files.delete_content(elsewhere)
        self.assertEqual((storage.locked(), deleted), (70, ["gone", "thumb", "s3"]))

    def test_the_size_is_what_it_is(self) -> None:
        self.put("a", 40)
        doc = file("a", size=1)
        files.validate(doc)
        self.assertEqual(doc.file_size, 40)
        doc = file("b", size=1, file_url="https://s3.example/x", _content="äb")
        files.validate(doc)
        self.assertEqual(doc.file_size, 3)
        doc = file("c", size=10**9, file_url="https://s3.example/x")
        files.validate(doc)
        self.assertEqual(doc.file_size, 0)

    def test_drift_is_put_right(self) -> None:
        self.put("a", 40)
        self.put("b", 2, folder="public")
        rows = "('r1', 'https://s3.example/x', 5, 0, 'h'), ('r2', 'https://s3.example/x', 5, 0, 'h'),"
        rows += "('a', '/private/files/a', 99, 0, 'h'), ('link', 'https://x/', 7, 0, NULL)"
        frappe.local.db.sql(f"INSERT INTO tabFile VALUES {rows}")
        storage.put(7)
        files.recount()
        self.assertEqual(storage.locked(), 47)

    def test_nothing_is_written_or_deleted_while_read_only(self) -> None:
        frappe.local.flags.tenantd_suspended = {"mode": "read_only", "reason": None, "since": None}
        with self.assertRaises(frappe.InReadOnlyMode):
            files.before_write(file_size=1)
        with self.assertRaises(frappe.InReadOnlyMode):
            files.delete_content(file("a"))

    def test_sizes_for_people(self) -> None:
        sizes = (0, 1023, 1024, 1536, 1024**2 - 1, 5 * 1024**3)
        told = ["0 bytes", "1023 bytes", "1 kB", "1.5 kB", "1023.9 kB", "5 GB"]
        self.assertEqual([files.text(size) for size in sizes], told)


if __name__ == "__main__":
    unittest.main()
