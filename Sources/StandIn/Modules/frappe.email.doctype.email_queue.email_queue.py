# Mails: rows of a site until they are sent, which is to be kept in a list of the queue's Redis.
from __future__ import annotations

from typing import Any

import frappe
from frappe.model import CLASSES, Document


class EmailQueue(Document):
    recipients: str

    def send(self) -> None:
        """Commits, as Frappe does, before the mail goes and after it."""
        from frappe.utils.background_jobs import get_redis_conn

        frappe.db.set_value("Email Queue", self.name, "status", "Sending")
        frappe.db.commit()
        get_redis_conn().rpush("mails", self.recipients)
        frappe.db.set_value("Email Queue", self.name, "status", "Sent")
        frappe.db.commit()


CLASSES["Email Queue"] = EmailQueue


def queue(recipients: str, message: str = "", now: bool = False, **_: Any) -> None:
    values = {"status": "Not Sent", "recipients": recipients, "message": message}
    mail = frappe.get_doc({"doctype": "Email Queue", **values}).insert(ignore_permissions=True)
    if now:
        mail.send()
