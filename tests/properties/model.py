"""What a few records and their proposals must be after each step: the promises, as little code as they need."""

import copy
from dataclasses import dataclass, field

OPEN = {"not_submitted", "pending_approval", "change_requested", "rejected", "approved"}
EDITABLE = OPEN - {"pending_approval", "approved"}
MANAGERS = ("bob", "carol")
OVERRIDES = ("dave",)
PROTECTED = ("credit_limit", "payment_terms")


@dataclass
class Proposal:
    """One author's proposed changes: field → (original, proposed)."""

    author: str
    number: int | None = None
    status: str = "not_submitted"
    collects: bool = True
    changes: dict = field(default_factory=dict)
    # whether it waits for a date once it is approved, and what of it was overwritten knowingly then: field → stored
    later: bool = False
    overwritten: dict = field(default_factory=dict)
    # who has approved which fields of it by themselves, since it was submitted
    verdicts: dict = field(default_factory=dict)
    # of an applied one: field → what it replaced; of a revert: the number of the other
    replaced: dict = field(default_factory=dict)
    reverts: int | None = None

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
        proposal.verdicts = {}

    def apply(self, proposal):
        moved = proposal.moved(self.stored)
        proposal.replaced = {f: self.stored[f] if f in moved else original for f, (original, _) in proposal.changes.items()}
        self.stored.update({f: proposed for f, (_, proposed) in proposal.changes.items()})
        proposal.status, proposal.collects = "applied", False

    def _remove(self, proposal, field_):
        del proposal.changes[field_]
        if not proposal.changes:
            proposal.status, proposal.collects = "cancelled", False
        elif proposal.status in ("pending_approval", "approved"):
            self._draft(proposal)

    def approved(self, proposal):
        if proposal.later:
            moved = proposal.moved(self.stored)
            proposal.status, proposal.overwritten = "approved", {f: self.stored[f] for f in moved}
        else:
            self.apply(proposal)
        return proposal.status

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


def revert(record, person, number):
    """revert(): what an applied proposal replaced is proposed; only asked of who has no open proposal for the record."""
    p = record.number(number)
    if p.status != "applied":
        return "CW003"
    if record.stored is None:
        return "P0002"
    values = {f: before for f, before in p.replaced.items() if record.stored[f] != before}
    if not values:
        return "CW003"
    record.capture(person, values)
    record.proposals[-1].reverts = number
    return "ok"


def override(record, person, number):
    """override_apply(): at once, but never over what another has changed."""
    p = record.number(number)
    if p.status not in OPEN:
        return "CW003"
    if person not in OVERRIDES:
        return "42501"
    if p.moved(record.stored):
        return "CW001"
    if refused(p):
        return "23514"
    record.apply(p)
    return "applied"


def process(record):
    """process_deadlines(): what waits for its date is applied, or goes back to its author where the record has moved."""
    for p in [p for p in record.proposals if p.status == "approved"]:
        if [f for f in p.moved(record.stored) if p.overwritten.get(f, "none") != record.stored[f]]:
            p.status = "change_requested"
        else:
            record.apply(p)


def refused(proposal):
    limit = proposal.changes.get("credit_limit", (0, 0))[1]
    return limit is not None and limit < 0


def decide(record, person, verb, number, field_name=None, overwrite=False, fields=None, later=None):
    """A verb: the new status, or the SQLSTATE with which it is refused and changes nothing."""
    p = record.number(number)
    allowed = {"approve": {"pending_approval"}, "reject": {"pending_approval"}, "request_change": {"pending_approval"},
               "recall": {"pending_approval", "approved"}, "submit": EDITABLE, "cancel": OPEN, "rebase": OPEN, "discard_change": OPEN}
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
        if refused(p):
            return "23514"
        p.status, p.collects, p.verdicts = "pending_approval", False, {}
        p.later = p.later if later is None else later
    elif fields and not set(fields) <= set(p.changes):
        return "22023"
    elif verb == "approve":
        mine = p.verdicts.get(person, set()) | set(fields or p.changes)
        moved = [f for f in p.moved(record.stored) if not fields or mine >= set(p.changes) or f in fields]
        if moved and not overwrite:
            return "CW001"
        if mine < set(p.changes):
            p.verdicts[person] = mine
        else:
            return record.approved(p)
    elif verb == "reject" and fields and set(fields) < set(p.changes):
        taken = Proposal(p.author, None, "rejected", False, {f: p.changes.pop(f) for f in fields}, p.later)
        record.proposals.append(taken)
        # who has approved all that is left has approved it, unless something has moved since
        for verdict in p.verdicts.values():
            if verdict >= set(p.changes) and p.status == "pending_approval" and not p.moved(record.stored):
                record.approved(p)
    elif verb == "rebase":
        moved = p.moved(record.stored)
        for f in moved:
            p.changes[f] = (record.stored[f], p.changes[f][1])
        if moved and p.status in ("pending_approval", "approved"):
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
