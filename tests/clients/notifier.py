"""The notifier of the documents, as it stands there."""
import re
import threading
import time
from pathlib import Path

import psycopg

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/reference/events.md"


class _Enough(Exception):
    pass


def the_notifier_of_the_documents_tells_people():
    """It tells of what waits, is woken by the next event, and after a failure tells of that again."""
    code = re.search(r"^```python\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S).group(1)
    notifier = {"__name__": "notifier"}
    exec(code, notifier)  # pylint: disable=exec-used
    author = psycopg.connect(user="alice", autocommit=True)
    owner = psycopg.connect(user="postgres", autocommit=True)
    owner.execute("SELECT customer_workflow.set_event_consumer('clients', 'dave', kinds => '{submitted}')")
    submit = "SELECT customer_workflow.submit(max(id)) FROM customer_workflow.proposals WHERE record_key = %s"
    for record in (1, 2):
        author.execute("UPDATE shop_customer SET credit_limit = 70000 WHERE id = %s", (record,))
    author.execute(submit, ('{"id": 1}',))
    told = []

    def send(recipient, text, event):
        told.append((recipient, event[1], event[4]))
        if event[4] == {"id": 2}:
            raise _Enough
        # it is on its way to wait for the next one
        threading.Timer(1, author.execute, (submit, ('{"id": 2}',))).start()

    began = time.monotonic()
    for _ in range(2):
        try:
            notifier["notify"]("user=dave", "clients", send)
        except _Enough:
            pass
    assert time.monotonic() - began < 30, "it was not woken"
    first, second = ("credit_managers", "submitted", {"id": 1}), ("credit_managers", "submitted", {"id": 2})
    assert told == [first, second, second], told
    left = psycopg.connect(user="dave").execute("SELECT record_key FROM customer_workflow.next_events('clients')").fetchall()
    assert left == [({"id": 2},)], left
    owner.execute("SELECT customer_workflow.remove_event_consumer('clients')")
