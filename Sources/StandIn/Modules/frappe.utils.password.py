# Secrets of the stand-in: login passwords hashed, other secrets encrypted with the site's key.
# The cipher is a keystream of HMAC-SHA-256 with a tag: enough to show that nothing is kept in the
# clear and that another site's key does not fit; Frappe uses Fernet.
from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

import frappe

ROUNDS = 10_000
INSERT = "REPLACE INTO `__Auth` (doctype, name, fieldname, password, encrypted) VALUES ({})"


def _find(doctype: str, name: str, fieldname: str, encrypted: int) -> Any:
    query = "SELECT name, password FROM `__Auth` WHERE doctype = %s AND name = %s"
    query += " AND fieldname = %s AND encrypted = %s"
    found = frappe.db.sql(query, (doctype, name, fieldname, encrypted))
    return found[0] if found else (None, None)


def _keep(doctype: str, name: str, fieldname: str, password: str, encrypted: int) -> None:
    values = (doctype, name, fieldname, password, encrypted)
    frappe.db.sql(INSERT.format("%s, %s, %s, %s, %s"), values)


def get_decrypted_password(
    doctype: str, name: str, fieldname: str = "password", raise_exception: bool = True
) -> str | None:
    _, found = _find(doctype, name, fieldname, 1)
    if found:
        return decrypt(found)
    if raise_exception:
        told = f"Password not found for {doctype} {name} {fieldname}"
        frappe.throw(told, frappe.AuthenticationError)
    return None


def set_encrypted_password(doctype: str, name: str, pwd: str, fieldname: str = "password") -> None:
    _keep(doctype, name, fieldname, encrypt(pwd), 1)


def remove_encrypted_password(doctype: str, name: str, fieldname: str = "password") -> None:
    frappe.db.delete("__Auth", {"doctype": doctype, "name": name, "fieldname": fieldname})


def update_password(
    user: str,
    pwd: str,
    doctype: str = "User",
    fieldname: str = "password",
    logout_all_sessions: bool = False,
) -> None:
    salt = secrets.token_hex(16)
    _keep(doctype, user, fieldname, f"{salt}${_hash(salt, pwd)}", 0)


def check_password(
    user: str,
    pwd: str,
    doctype: str = "User",
    fieldname: str = "password",
    delete_tracker_cache: bool = True,
) -> str:
    name, found = _find(doctype, user, fieldname, 0)
    salt, _, expected = (found or "").partition("$")
    if not name or not hmac.compare_digest(_hash(salt, pwd), expected):
        raise frappe.AuthenticationError("Incorrect User or Password")
    return str(name)


def _hash(salt: str, password: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ROUNDS).hex()


def encrypt(txt: str, encryption_key: str | None = None) -> str:
    key, nonce = _key(encryption_key), secrets.token_bytes(16)
    body = nonce + _keystream(key, nonce, txt.encode())
    return base64.urlsafe_b64encode(body + hmac.digest(key, b"tag" + body, "sha256")).decode()


def decrypt(txt: str, encryption_key: str | None = None, key: str | None = None) -> str:
    secret, raw = _key(encryption_key), base64.urlsafe_b64decode(txt)
    body, tag = raw[:-32], raw[-32:]
    if not hmac.compare_digest(hmac.digest(secret, b"tag" + body, "sha256"), tag):
        frappe.throw("Encryption key is invalid! Please check site_config.json")
    return _keystream(secret, body[:16], body[16:]).decode()


def _keystream(key: bytes, nonce: bytes, text: bytes) -> bytes:
    blocks = range(len(text) // 32 + 1)
    stream = b"".join(hmac.digest(key, nonce + bytes([n % 256, n >> 8]), "sha256") for n in blocks)
    return bytes(a ^ b for a, b in zip(text, stream))


def _key(encryption_key: str | None) -> bytes:
    return base64.urlsafe_b64decode(encryption_key or get_encryption_key())


def get_encryption_key() -> str:
    """The site's key; made and written to its config when it has none."""
    if not frappe.local.conf.encryption_key:
        from frappe.installer import update_site_config

        made = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        update_site_config("encryption_key", made)
        frappe.local.conf.encryption_key = made
    return str(frappe.local.conf.encryption_key)
