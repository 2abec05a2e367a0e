# What customers ordered, and what they were told: what the bench is compared with.
from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from random import Random

from daemon import JSON

MARK = "Kestrel-"
"""Every password of a trial begins so: one look finds any of them."""

LETTERS = "abcdefghkmnpqrstuvwxyz23456789"


@dataclass
class Order:
    """One customer's signup, sent as often as it takes. `told` is the last answer, if any came."""

    name: str
    email: str
    key: str
    organisation: str
    password: str
    told: JSON | None = None
    wrong: list[str] = field(default_factory=list)
    """Answers that no customer may get to this order."""
    is_open: bool = True
    """Somebody still sends it."""
    is_dropped: bool = False
    """A cleanup was asked to drop it and said that it did."""
    dropping: bool = False
    """A cleanup was asked to, and it is not known what became of that."""
    results: list[JSON] = field(default_factory=list)
    """Every good answer; of several at one time, any may have the keys that count."""
    is_rival: bool = False
    """Others want the same name or address: to be refused for it is right."""
    senders: int = 1
    """How many send it at one time."""

    @property
    def site(self) -> str:
        return f"{self.name}.localhost"

    @property
    def params(self) -> JSON:
        return {
            "organizationName": self.organisation,
            "fullName": "Jane Roe",
            "email": self.email,
            "password": self.password,
            "subdomain": self.name,
            "idempotencyKey": self.key,
        }

    @property
    def result(self) -> JSON | None:
        result = (self.told or {}).get("result")
        return result if isinstance(result, dict) else None

    @property
    def error(self) -> JSON | None:
        error = (self.told or {}).get("error")
        return error if isinstance(error, dict) else None

    @property
    def is_undone(self) -> bool:
        """Its last answer said that nothing is left of it."""
        return bool(((self.error or {}).get("data") or {}).get("rolledBack"))


class Ledger:
    """Every order of a run."""

    def __init__(self) -> None:
        self.run = secrets.token_hex(2)
        self.orders: list[Order] = []
        self.told: set[str] = set()
        """Every secret that any answer brought."""
        self.lock = threading.Lock()

    def order(self, random: Random) -> Order:
        with self.lock:
            number = len(self.orders)
            name = f"chaos-{self.run}-{number}"
            password = MARK + "".join(random.choice(LETTERS) for _ in range(12))
            email = f"{name}@owners.example"
            order = Order(name, email, f"key-{name}", f"Chaos {number}", password)
            self.orders.append(order)
            return order

    def again(self, first: Order, name: str | None, email: str | None) -> Order:
        """A rival of an order: another key, and the same name or the same address."""
        with self.lock:
            number = len(self.orders)
            own = f"chaos-{self.run}-{number}"
            first.is_rival = True
            order = Order(
                name or own,
                email or f"{own}@owners.example",
                f"key-{own}",
                f"Chaos {number}",
                first.password,
                is_rival=True,
            )
            self.orders.append(order)
            return order

    def note(self, order: Order, told: JSON) -> None:
        with self.lock:
            order.told = told
            if result := order.result:
                order.results.append(result)
                self.told |= {result["apiKey"], result["apiSecret"]}

    def standing(self) -> list[Order]:
        """Those that were told to be there, and that nobody was asked to drop."""
        with self.lock:
            return [o for o in self.orders if o.result and not (o.is_dropped or o.dropping)]
