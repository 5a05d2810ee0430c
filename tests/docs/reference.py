"""Whether the reference mentions everything that the installed extension has, and the extension explains everything itself."""
import re

PUBLIC_FUNCTIONS = """
SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prorettype::regtype
  FROM pg_proc AS p WHERE p.pronamespace = 'customer_workflow'::regnamespace AND p.proname NOT LIKE '\\_%' ORDER BY 1"""

PUBLIC_VIEWS = """
SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND c.relkind = 'v' AND c.relname NOT LIKE '\\_%'
 ORDER BY c.relname, a.attnum"""

WITHOUT_COMMENT = """
WITH own AS (SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
              WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'customer_workflow')
SELECT pg_describe_object(o.classid, o.objid, 0) FROM own AS o
 WHERE obj_description(o.objid, o.classid::regclass::name) IS NULL
   AND NOT EXISTS (SELECT FROM pg_class AS c WHERE o.classid = 'pg_class'::regclass AND c.oid = o.objid AND c.relkind IN ('S', 'i'))
   AND NOT EXISTS (SELECT FROM pg_type AS t WHERE o.classid = 'pg_type'::regclass AND t.oid = o.objid AND (t.typrelid <> 0 OR t.typelem <> 0))
UNION ALL
SELECT pg_describe_object(o.classid, o.objid, a.attnum)
  FROM own AS o JOIN pg_class AS c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid AND c.relkind IN ('r', 'v')
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE col_description(c.oid, a.attnum) IS NULL AND c.relname NOT LIKE '\\_%'
ORDER BY 1"""

OPTIONS = "SELECT jsonb_object_keys(customer_workflow._option_defaults()) ORDER BY 1"
ENTITY_OPTIONS = "SELECT jsonb_object_keys(customer_workflow._entity_option_rules()) ORDER BY 1"
CODES = """
SELECT DISTINCT m[1] FROM pg_proc AS p, regexp_matches(p.prosrc, 'CW00[1-9]', 'g') AS m
 WHERE p.pronamespace = 'customer_workflow'::regnamespace ORDER BY 1"""
SETTINGS = "LOAD 'customer_workflow'; SELECT name FROM pg_settings WHERE name LIKE 'customer\\_workflow.%' ORDER BY 1"
TRIGGERS = """
CREATE TABLE public.probe (id int PRIMARY KEY, v int) PARTITION BY RANGE (id); CREATE ROLE probe_owner; ALTER TABLE public.probe OWNER TO probe_owner;
SET client_min_messages = error; SELECT customer_workflow.protect('public.probe', '{v}');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'public.probe'::regclass AND NOT tgisinternal ORDER BY 1"""
FOR_EVERYBODY = """
SELECT DISTINCT p.proname FROM pg_proc AS p
 WHERE p.pronamespace = 'customer_workflow'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE')
   AND (p.proname LIKE '\\_%' OR p.prorettype = 'trigger'::regtype)"""
KINDS = """
SELECT DISTINCT m[1] FROM pg_proc AS p, regexp_matches(p.prosrc, '_log\\(''([a-z_]+)', 'g') AS m
 WHERE p.pronamespace = 'customer_workflow'::regnamespace ORDER BY 1"""
STATUSES = """
SELECT m[1] FROM pg_constraint AS c, regexp_matches(pg_get_constraintdef(c.oid), '[{,]([a-z_]+)', 'g') AS m
 WHERE c.conrelid = 'customer_workflow.proposal'::regclass AND c.conname = 'proposal_status_check'"""


def one_line(text):
    return re.sub(r"\s+", " ", text)


def sections(text):
    """Each name of a heading, without backticks → text up to the next heading of the same or a higher level."""
    found = {}
    headings = list(re.finditer(r"^(#+) (.+)$", text, re.M))
    for i, heading in enumerate(headings):
        end = next((h.start() for h in headings[i + 1 :] if len(h.group(1)) <= len(heading.group(1))), len(text))
        for name in heading.group(2).replace("`", "").split(", "):
            found[name] = text[heading.end() : end]
    return found


def signature(name, arguments, result):
    shown = f"{name}({arguments}) → {result}".replace("timestamp with time zone", "timestamptz")
    return one_line(re.sub(r"::[a-z\[\]]+", "", shown))


def checks(top, query):
    pages = sorted((top / "docs/reference").glob("*.md"))
    text = "\n".join(re.sub(r"^```output$.*?^```$", "", p.read_text(encoding="utf-8"), flags=re.M | re.S) for p in pages)
    named = {}
    for page in pages:
        named.update(sections(page.read_text(encoding="utf-8")))
    flat = one_line(text)
    names = set()

    def without_section(kind, items):
        names.update(items)
        return [f"{kind} {item} has no section in docs/reference" for item in items if item not in named]

    functions = query(PUBLIC_FUNCTIONS)
    verbs = [row for row in functions if row[3] != "trigger"]
    yield "functions", without_section("function", [row[0] for row in verbs]) + [
        f"docs/reference should have: {signature(*row[:3])}" for row in verbs if signature(*row[:3]) not in flat
    ] + [f"docs/reference does not mention {row[0]}()" for row in functions if row[3] == "trigger" and f"{row[0]}()" not in flat]

    columns = query(PUBLIC_VIEWS)
    yield "views", without_section("view", list(dict.fromkeys(row[0] for row in columns)))
    yield "columns", [
        f"section {view} does not mention `{column}`" for view, column in columns if f"`{column}`" not in named.get(view, "")
    ]
    yield "options", without_section("option", [row[0] for row in query(OPTIONS) + query(ENTITY_OPTIONS)])
    yield "settings", without_section("setting", [row[0] for row in query(SETTINGS) if row[0] != "LOAD"])
    yield "errors", without_section("error", [row[0] for row in query(CODES)])
    statuses = query(STATUSES)
    yield "statuses", [f"docs/reference does not mention status {row[0]}" for row in statuses if f"`{row[0]}`" not in text] + (
        [] if len(statuses) >= 8 else ["the check of column status is written in another way"]
    )
    history = named.get("workflow_history", "")
    words = re.search(r"fn kind\(.*?^}", (top / "src/decide/engine.rs").read_text(encoding="utf-8"), re.M | re.S).group()
    tracked = re.search(r"impl Tracking .*?^}", (top / "src/workflow/effect.rs").read_text(encoding="utf-8"), re.M | re.S).group()
    kinds = [row[0] for row in query(KINDS)] + re.findall(r'=> "([a-z_]+)"', words)
    kinds += [name for kind, name in re.findall(r'Tracking::(\w+) => "([a-z_]+)"', tracked) if f"Tracking::{kind} " not in words]
    kinds.remove("edit")  # SQL closes what runs by itself where a proposal is edited, and logs the edit as such
    yield "kinds of history", [f"section workflow_history does not mention `{kind}`" for kind in dict.fromkeys(kinds) if f"`{kind}`" not in history] + (
        [] if len(kinds) > 40 else ["the kinds of history are written in another way"]
    )
    yield "triggers", [f"docs/reference does not mention trigger {row[0]}" for row in query(TRIGGERS)
                       if "customer_workflow_" in row[0] and f"`{row[0]}`" not in text]
    told = sections((top / "docs/security.md").read_text(encoding="utf-8")).get("Functions that everybody may call", "")
    told = set(re.findall(r"`((?:_|capture_)\w+)`", "".join(re.findall(r"^\| (`.*?) \|", told, re.M))))
    yield "functions for everybody", [
        f"docs/security.md: everybody may call {name}: {'' if name in told else 'not '}documented" for name in told ^ {row[0] for row in query(FOR_EVERYBODY)}
    ]
    yield "nothing else", [
        f"docs/reference has a section {name}, which does not exist"
        for name in named if re.fullmatch(r"[a-z_]+(\.[a-z_]+)?|CW\d{3}", name) and name not in names
    ]
    yield "comments", [f"without COMMENT: {row[0]}" for row in query(WITHOUT_COMMENT)]
