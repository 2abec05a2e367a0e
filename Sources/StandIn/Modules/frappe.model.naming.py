# What the stand-in has against a document's name, in Frappe's words.
from __future__ import annotations

import frappe


def validate_name(doctype: str, name: str) -> str:
    if name.startswith("New " + doctype):
        told = "There were some errors setting the name, please contact the administrator"
        frappe.throw(told, frappe.ValidationError)
    if "<" in name or ">" in name:
        told = "Name cannot contain special characters like '<', '>'"
        frappe.throw(told, frappe.ValidationError)
    return name.strip()
