"""What a few records and their proposals must be after each step: the promises, as little code as they need."""

import copy
from dataclasses import dataclass, field

OPEN = {"not_submitted", "pending_approval", "change_requested", "rejected"}
EDITABLE = OPEN - {"pending_approval"}
MANAGERS = ("bob", "carol")
PROTECTED = ("credit_limit", "payment_terms")


@dataclass
class Proposal:
    """One author's proposed changes: field → (original, proposed)."""

    author: str
    number: int | None = None
    status: str = "not_submitted"
    collects: bool = True
    changes: dict = field(default_factory=dict)

    def moved(self, stored):
        return [f for f, (original, proposed) in self.changes.items() if stored[f] not in (original, proposed)]


@dataclass
class Record:
    """One record: what is stored (None: it does not exist), and all proposals that were ever made for it."""

    stored: dict | None
    proposals: list = field(default_factory=list)
    # how often a record of this key was made anew
    births: int = 0

    def open(self, author=None):
        return [p for p in self.proposals if p.status in OPEN and author in (None, p.author)]

    def number(self, n):
        return next(p for p in self.proposals if p.number == n)

    def _draft(self, proposal):
        """It becomes a draft; of several the author's changes go into one."""
        proposal.collects = not any(p.collects for p in self.open(proposal.author))
        proposal.status = "not_submitted"

    def _remove(self, proposal, field_):
        del proposal.changes[field_]
        if not proposal.changes:
            proposal.status, proposal.collects = "cancelled", False
        elif proposal.status == "pending_approval":
            self._draft(proposal)

    def capture(self, author, changes, withdrawn=()):
        """An author wishes other values for protected fields: nothing is stored, each goes into one of his proposals."""
        own = sorted(self.open(author), key=lambda p: p.number)
        fresh, recalled = {}, []
        for name, value in changes.items():
            having = [p for p in own if name in p.changes]
            if any(p.changes[name][1] == value for p in having):
                continue
            edited = [p for p in having if p.status in EDITABLE]
            pending = [p for p in having if p.status not in EDITABLE]
            drafts = [p for p in own if p.collects] or [p for p in own if p.status in EDITABLE]
            if edited:
                target = edited[-1]
            elif pending:
                target = pending[-1]
                if target not in recalled:
                    recalled.append(target)
            elif drafts:
                target = drafts[-1]
            else:
                fresh[name] = value
                continue
            target.changes[name] = (self.stored[name], value)
        for p in sorted(recalled, key=lambda p: -p.number):
            self._draft(p)
        if fresh:
            # what the same statement changes besides goes with what it takes back
            target = max(recalled, key=lambda p: p.number) if recalled else None
            if target is None:
                target = Proposal(author)
                self.proposals.append(target)
            for name, value in fresh.items():
                target.changes[name] = (self.stored[name], value)
        for name in withdrawn:
            for p in [p for p in own if name in p.changes]:
                self._remove(p, name)


def update(record, person, values):
    """An UPDATE: what is protected is proposed, the rest is written; an import that may writes all of it."""
    if record.stored is None:
        return "0"
    if person == "import":
        if (values.get("credit_limit") or 0) < 0:
            return "23514"
        record.stored.update(values)
    else:
        record.stored.update({k: v for k, v in values.items() if k not in PROTECTED})
        record.capture(person, {k: v for k, v in values.items() if k in PROTECTED and v != record.stored[k]})
    return "1"


def propose(record, person, values):
    """propose(): like an UPDATE of protected fields, but a stored value withdraws."""
    if record.stored is None:
        return "P0002"
    record.capture(person, {k: v for k, v in values.items() if v != record.stored[k]}, [k for k, v in values.items() if v == record.stored[k]])
    return "ok"


def delete(record, person):
    """DELETE: open proposals of the record are cancelled."""
    if record.stored is None:
        return "0"
    record.stored = None
    for p in record.open():
        p.status, p.collects = "cancelled", False
    return "1"


def insert(record, person, values):
    """INSERT: a record of its own, without proposals."""
    if record.stored is not None:
        return "23505"
    record.stored = values
    record.births += 1
    return "1"


def decide(record, person, verb, number, field_name=None, overwrite=False):
    """A verb: the new status, or the SQLSTATE with which it is refused and changes nothing."""
    p = record.number(number)
    allowed = {"approve": {"pending_approval"}, "reject": {"pending_approval"}, "request_change": {"pending_approval"},
               "recall": {"pending_approval"}, "submit": EDITABLE, "cancel": OPEN, "rebase": OPEN, "discard_change": OPEN}
    if p.status not in allowed[verb]:
        return "CW003"
    if verb in ("approve", "reject", "request_change"):
        if person == p.author:
            return "CW007"
        if person not in MANAGERS:
            return "42501"
    elif person != p.author:
        return "42501"
    if verb == "submit":
        if p.changes.get("credit_limit", (0, 0))[1] is not None and p.changes.get("credit_limit", (0, 0))[1] < 0:
            return "23514"
        p.status, p.collects = "pending_approval", False
    elif verb == "approve":
        if p.moved(record.stored) and not overwrite:
            return "CW001"
        record.stored.update({f: proposed for f, (_, proposed) in p.changes.items()})
        p.status = "applied"
    elif verb == "rebase":
        moved = p.moved(record.stored)
        for f in moved:
            p.changes[f] = (record.stored[f], p.changes[f][1])
        if moved and p.status == "pending_approval":
            record._draft(p)
    elif verb == "discard_change":
        if field_name not in p.changes:
            return "P0002"
        record._remove(p, field_name)
    elif verb == "recall":
        record._draft(p)
    elif verb == "cancel":
        p.status, p.collects = "cancelled", False
    else:
        p.status = {"reject": "rejected", "request_change": "change_requested"}[verb]
    return p.status


def copy_of(record):
    return copy.deepcopy(record)
