"""Values of every kind that a function of the extension takes, as SQL: fair ones, which get far, and hostile ones."""

import json

KEYS = ['{"id": 1}', '{"id": 7}', '{"id": 30}', '{"id": 2}', '{"id": 9}', '{"id": 100}', '{"id": 3, "region": "n"}', '{"id": 3, "region": "s"}',
        '{"Id %": 3, "key \\"2\\"": "k3"}', '{"id": 999999}']
CHANGES = ['{"credit_limit": 5}', '{"credit_limit": null}', '{"amount": 5}', '{"amount": -5}', '{"value": 1e3, "new": {"a": [1]}}', '{"street": "x"}',
           '{"credit_limit": "NaN", "payment_terms": 7}', '{"tags": "{a,b}", "period": "empty", "stamp": "infinity", "mark": "(1,2)"}',
           '{"tags": ["a"], "raw": "\\\\xZZ"}', '{"from": "<a>"}', '{"id": 5}', '{"nothing": 1}']
OPTIONS = ['{}', '{"conflict": "overwrite"}', '{"auto_submit": "always"}', '{"overlap": "reject"}', '{"amend": "parallel"}', '{"together": "row"}',
           '{"bookkeeping": {"note": "old.note"}}', '{"companions": {"amount": ["note"]}}', '{"companions": {"amount": ["nothing", null, 1]}}',
           '{"record_label": "name || id"}', '{"record_label": "1/0"}', '{"record_label": "("}', '{"comment_required": ["approve", 1]}',
           '{"on_insert": "held"}', '{"on_insert": "draft", "on_delete": "propose"}', '{"new_records": "transaction"}', '{"scope": "new.id > 3"}',
           '{"scope": "new.id"}', '{"scope": "pg_sleep(100) is null"}', '{"company_column": "company"}', '{"apply_as": "alice"}',
           '{"part_of": {"relation": "customers", "by": ["id"]}}', '{"part_of": {"relation": "no such", "by": [[]]}}', '{"behavior": "ignore_changes"}',
           '{"fields": {"amount": "reject_changes"}}', '{"fields": []}', '{"withdraw": true, "auto_submit": "never"}', '{"validate_on_submit": 1}',
           '{"redundant_update": "skip"}', '{"on_record_delete": "restrict"}', '{"require_digest": true}', '{"data_entity_behavior": "reject_changes"}']
APPROVAL = {"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"role": "credit_managers"}}]}}
DEFINITIONS = [json.dumps(d) for d in (
    {"elements": [APPROVAL]},
    {"when": "new.credit_limit > 1", "elements": [{"decision": {"branches": [{"when": "old.id is null", "elements": [APPROVAL]}], "otherwise": []}}]},
    {"elements": [{"for_each_change": {"routes": [{"fields": ["credit_limit"], "elements": [APPROVAL]}], "otherwise": []}}]},
    {"elements": [{"automated_task": {"name": "T", "function": "no_such"}}, {"subworkflow": {}}]},
    {"elements": [{"approval": {"name": "A", "steps": [{"name": "S", "assign_to": {"sql": "pg_backend_pid"}, "time_limit": {"days": 4294967295},
                                                       "completion_policy": {"percentage": 101}}]}}], "expires_after": {"months": 1e300}},
    {"elements": [{"parallel": {"branches": [{"name": "p", "elements": [APPROVAL]}] * 3}}] * 3},
)]
NESTED = [f"'{'[' * n}{']' * n}'" for n in (5, 127, 128, 1000, 6000)] + [f"""'{'{"elements":[{"a":' * n}1{'}]}' * n}'""" for n in (5, 63, 64, 2000)]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


# what has a name, or could be a part of SQL
WORDS = ["alice", "role:alice", "person:maria", "group:board", "credit_managers", "role:credit_managers", "board", "Credit", "Short", "de", "at", "approve",
         "steward", "administrator", "override", "pending_approval", "approved", "update", "insert", "delete", "keep", "restart", "fail", "overwrite",
         "credit_limit", "amount", "value", "{credit_limit}", "00000", "XY000", "22012", "P0001", "a comment", "new_view", "seen", "plain", "a.b", "1", "2026-01-01", "[1,2]"]
ODD_TEXTS = ["", " ", "\t\n", "role:", "person:", "group:", "role: alice", "oid:10", "oid:99999999999999999999", "person:" + "x" * 70, "x" * 64, "ä" * 32, "\u00fc" * 200,
             "role:" + "ä" * 40, "'", '"', '"a"."b"', "\\", "\\'", "%s%n%1$s", "$1", "$$", "$a$", "/* ", "--", ";", "a\nb", "\u202e", "\U0001f4a9", "\ufeff", "\x01\x7f",
             "null", "NULL", "{", "}", "{{", "{{new.x}}", "{{}}", "{NULL}", "(,)", "[]", "~", "/", "/elements/0/approval/steps/0", "/elements/99999999999999999999", "/~2",
             "elements//", "-1", "NaN", "1e400", "infinity", "<a/>", "\\x00", "pg_temp.customers", "oid:10,role:alice"]
LONG_TEXTS = ["repeat('x', 100000)", "repeat('ä\"\\', 300000)", "repeat('role:', 20000)", "repeat('{{a}}', 50000)", "repeat('(', 20000)", "repeat('not ', 20000) || 'true'"]

NUMBERS = {"smallint": ("-32768", "32767"), "integer": ("-2147483648", "2147483647"), "bigint": ("-9223372036854775808", "9223372036854775807"), "oid": ("0", "4294967295")}


def arrays(element, some):
    """Arrays of odd shapes; `some` are three elements as they stand in an array's text."""
    a, b, c = some
    return [f"'{{}}'::{element}[]", f"'{{NULL}}'::{element}[]", f"'{{{a},NULL,{b}}}'::{element}[]", f"'{{{a},{a},{b}}}'::{element}[]",
            f"'{{{{{a},{b}}},{{{c},{a}}}}}'::{element}[]", f"'[5:7]={{{a},{b},{c}}}'::{element}[]", f"'[0:0]={{{a}}}'::{element}[]",
            f"'[-2147483648:-2147483647]={{{a},{b}}}'::{element}[]", f"'[2147483646:2147483646]={{{a}}}'::{element}[]",
            f"'{{{{{{{a}}},{{NULL}}}},{{{{{b}}},{{{c}}}}}}}'::{element}[]", f"array_fill('{a}'::{element}, '{{20000}}')", f"array_fill(NULL::{element}, '{{100,100}}')"]


class Pools:
    """For each type what is fair and what is hostile."""

    def __init__(self, ask):
        """`ask(sql)` gives the rows of a query, as superuser."""
        ids = [str(r[0]) for r in ask("SELECT id FROM customer_workflow.proposal ORDER BY id")]
        items = [str(r[0]) for r in ask("SELECT id FROM customer_workflow.work_item ORDER BY id")]
        digests = [r[0] for r in ask("SELECT DISTINCT digest FROM customer_workflow.proposal WHERE digest IS NOT NULL ORDER BY 1 LIMIT 5")]
        relations = ["customers", "addresses", '"Odd ""Table"".1%s"', "parted", "parted_n", "guarded", "drafted", "plain"]
        others = ["seen", "kept", "numbers", "pair", "keyless", "customers_pkey", "parted_pkey", "pg_catalog.pg_class", "pg_catalog.pg_proc", "pg_catalog.pg_stat_activity",
                  "customer_workflow.proposal", "customer_workflow.proposals", "customer_workflow._request", "information_schema.tables", "pg_temp.customers", "pg_temp.own"]
        toast = ask("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'customers'")[0][0]
        fair = {
            "bigint": ids + items,
            "integer": [str(n) for n in range(6)],
            "text": [quoted(w) for w in WORDS] + [quoted(d) for d in digests],
            "name": [quoted(w) for w in ("credit_limit", "payment_terms", "amount", "value", "street", "note", "id", "Credit")],
            "jsonb": [quoted(j) for j in KEYS + CHANGES + OPTIONS + DEFINITIONS],
            "regclass": [quoted(r) for r in relations],
            "regrole": ["'erp'", "'alice'"],
            "boolean": ["true", "false"],
            "timestamp with time zone": ["now()", "now() + interval '1 day'", "now() - interval '1 day'", "now() + interval '3 days'"],
            "bytea": ["'\\x'", "'\\x01'"],
            "anyelement": ["1", "'x'::text", "NULL::customers", "NULL::numeric", "(SELECT c FROM customers AS c WHERE id = 1)", "(SELECT g FROM guarded AS g WHERE id = 1)"],
            "bigint[]": [f"'{{{','.join(ids[i::7])}}}'" for i in range(7)] + [f"'{{{i}}}'" for i in ids[:20]] + [f"'{{{','.join(items[i::5])}}}'" for i in range(5)],
            "text[]": ["'{credit_limit}'", "'{amount,note}'", "'{pending_approval}'", "'{approve,reject}'", "'{x,y}'", "'{role,group}'"],
            "name[]": ["'{credit_limit}'", "'{payment_terms,credit_limit}'", "'{amount}'", "'{value,tags}'", "'{*}'", "'{street}'", "'{name}'", "'{note}'"],
            "jsonb[]": [f"ARRAY[{quoted(k)}::jsonb]" for k in KEYS] + ["ARRAY['{\"id\": 1}', '{\"id\": 2}']::jsonb[]"],
            "regclass[]": ["'{customers}'", "'{guarded,drafted}'", "'{plain}'"],
        }
        hostile = {
            "bigint": ["0", "-1", "1e10::bigint", *NUMBERS["bigint"]],
            "integer": ["-1", "1000000", *NUMBERS["integer"]],
            "text": [quoted(t) for t in ODD_TEXTS] + LONG_TEXTS,
            "name": [quoted(t) for t in ODD_TEXTS if "\x00" not in t] + ["repeat('x', 100)", "repeat('ä', 63)", "''"],
            "jsonb": [quoted(j) for j in ("null", "true", "0", "-0", "1e131071", "0.1e-16000", '""', '"a"', "[]", "{}", "[null]", "[[]]", '{"": ""}', '{"id": null}', '{"id": ""}',
                                          '{"id": {}}', '{"id": [1]}', '{"id": true}', '{"id": 1e100}', '{"id": 1.5}', '{"ID": 1}', '{"id": "1 "}', '{"id": "0x1"}',
                                          '{"id": 1, "x": 2}', '{"elements": {}}', '{"elements": [null, 1, "a", [], {}]}', '{"elements": [{"approval": 1}]}',
                                          '{"elements": [{"approval": {"name": "", "steps": []}}]}', '{"a": "\\ud83d\\ude00", "\\u0001": "\\u007f"}',
                                          '{"problem": 1}', '[{"name": "x", "url": "y"}]', '{"starts": 1}', '{"relation": "customers", "workflow": 1}')] + NESTED +
                     ["to_jsonb(repeat('x', 1000000))", "(SELECT jsonb_object_agg('k' || g, g) FROM generate_series(1, 20000) AS g)",
                      "(SELECT jsonb_agg(g) FROM generate_series(1, 50000) AS g)", "jsonb_build_object('id', repeat('9', 5000))",
                      "(SELECT jsonb_build_object('elements', jsonb_agg(" + quoted(json.dumps(APPROVAL)) + "::jsonb)) FROM generate_series(1, 2000))"],
            "regclass": [quoted(r) for r in (*others, toast)] + ["0::oid::regclass", "4294967295::oid::regclass", "16383::oid::regclass", "'no such'"],
            "regrole": ["0::oid::regrole", "4294967295::oid::regrole", "'postgres'", "'pg_read_all_data'", "'-'", "session_user::regrole"],
            "boolean": [],
            "timestamp with time zone": ["'infinity'", "'-infinity'", "'4713-11-24 00:00:00 BC'", "'294276-12-31 23:59:59.999999+00'", "'epoch'", "'0001-01-01 BC'"],
            "bytea": ["'\\x00ff00ff'", "decode(repeat('00', 50000), 'hex')", "decode(repeat('01', 60), 'hex')", "decode(repeat('ff', 33), 'hex')"],
            "anyelement": ["ROW(1, 'a')", "ROW()", "(SELECT c FROM customers AS c WHERE false)", "NULL::int[]", "'{1,NULL}'::int[]", "NULL::anyarray", "'x'::unknown", "'a'", "NULL",
                           "'(1,a)'::pair", "(SELECT c FROM pg_class AS c LIMIT 1)", "'1'::\"char\"", "'x'::cstring", "'{}'::jsonb", "'a'::name", "NULL::xml",
                           "'1'::xid", "ARRAY[ROW(1, 2)]", "'[1,2]'::int4range", "NULL::customers[]", "1::void", "'1 day'::interval", "10::money",
                           "(SELECT p FROM customer_workflow.proposals AS p LIMIT 1)", "NULL::customer_workflow.proposals", "'plain'::regclass", "(SELECT s FROM seen AS s LIMIT 1)"],
            "bigint[]": arrays("bigint", (ids[0], ids[1], items[0])) + ["ARRAY(SELECT generate_series(1, 100000))::bigint[]",
                                                                       "ARRAY(SELECT generate_series(-50000, 50000))::bigint[]",
                                                                       "'{-9223372036854775808,9223372036854775807}'"],
            "text[]": arrays("text", ("credit_limit", "amount", '""')) + [f"ARRAY[{', '.join(quoted(t) for t in ODD_TEXTS)}]", "ARRAY[repeat('x', 1000000)]"],
            "name[]": arrays("name", ("credit_limit", "payment_terms", "no such")) + [f"ARRAY[{', '.join(quoted(t) for t in ODD_TEXTS)}]::name[]"],
            "jsonb[]": arrays("jsonb", ('"{\\"id\\": 1}"', "null", "1")) + [f"ARRAY[{n}]::jsonb[]" for n in NESTED],
            "regclass[]": arrays("regclass", ("customers", "guarded", "pg_class")) + ["'{seen,numbers}'", "'{0}'", "'{customer_workflow.proposal}'"],
        }
        self.fair, self.hostile = fair, hostile
        people = [quoted(p) for p in ("alice", "role:bob", "dave", "person:maria", "credit_managers")]
        # what parameters of these names mostly take
        self.named = {
            "proposal": ids, "work_item": items, "work_items": [f"'{{{i}}}'" for i in items] + fair["bigint[]"][-5:], "record_key": [quoted(k) for k in KEYS],
            "key": [quoted(k) for k in KEYS], "changes": [quoted(c) for c in CHANGES], "options": [quoted(o) for o in OPTIONS],
            "definition": [quoted(d) for d in DEFINITIONS], "person": people, "delegate_to": people, "delegator": people, "assign_to": people, "approvers": people,
            "author": people, "data_entity": ["'import'", "'role:erp'"], "name": ["'Credit'", "'Short'", "'new'", "'de'"], "version": ["1", "2"], "a": ["1", "2"], "b": ["1", "2"],
            "outcome": ["'a'", "'b'"], "duty": ["'steward'", "'auditor'", "'override'", "'administrator'"], "running": ["'keep'", "'restart'"],
            "statuses": ["'{pending_approval}'", "'{not_submitted,approved}'"], "company": ["NULL::text", "'de'", "'at'"], "on_conflict": ["NULL::text", "'overwrite'", "'fail'"],
            "digest": ["NULL::text"] + [quoted(d) for d in digests], "digests": ["NULL::text[]"], "relations": fair["regclass[]"], "change_set": ["1", "2"],
        }

    def pick(self, random, kind, boldness, name=None):
        """An expression of the type: null, fair or hostile."""
        chance = random.random()
        if chance < 0.05:
            return f"NULL::{kind}" if kind != "anyelement" else "NULL::int"
        if name in self.named and chance > 0.2 + boldness and not (kind == "jsonb" and name in ("a", "b")):
            return random.choice(self.named[name])
        fair, hostile = self.fair.get(kind), self.hostile.get(kind)
        if fair is None:
            return f"NULL::{kind}"
        if hostile and chance < 0.07 + boldness:
            return random.choice(hostile)
        return random.choice(fair)
