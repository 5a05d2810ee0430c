"""Random SQL that writes accounts. No expression reads a protected column, so that what it does to the others is the same whatever is stored there."""

REGIONS = ("eu", "us", "asia", "none")
NAMES = ("'plain'", "'assigned'", "'swallowed'", "'nested before'", "'nested after'", "NULL", "name || '+'")
NEW_NAMES = ("'plain'", "'swallowed'", "'nested before'", "'nested after'")
CREDITS = ("1", "2.00", "2.000", "NULL", "999999.99", "n * 10", "uid + 0.5", "(SELECT max(uid) FROM account)")
TERMS = ("'N30'", "'n30'", "'N30 '", "NULL", "name", "region")


class Statements:
    """Writes statements about records with uid 1 to `rows`; new ones get numbers of their own."""

    def __init__(self, random, rows, version):
        self.random, self.rows, self.version, self.next = random, rows, version, 100

    def uid(self):
        return self.random.randint(1, self.rows + 1)

    def some(self):
        return self.random.choice((
            f"uid = {self.uid()}", f"uid IN ({self.uid()}, {self.uid()})", f"region = '{self.random.choice(REGIONS)}'", "n % 2 = 0", "true",
            f"EXISTS (SELECT FROM account AS o WHERE o.uid = {self.uid()} AND o.region = a.region)"))

    def assignments(self, keys=True):
        """The SET list: at least one column, mostly a protected one."""
        chosen = []
        if self.random.random() < 0.85:
            chosen.append(f"credit = {self.random.choice(CREDITS)}")
        name = self.random.choice(NAMES) if self.random.random() < 0.5 else None
        if name:
            chosen.append(f"name = {name}")
        if self.random.random() < 0.4 and name != "'assigned'":
            chosen.append(f"terms = {self.random.choice(TERMS)}")
        if self.random.random() < 0.3:
            chosen.append("n = n + 1")
        if keys and self.random.random() < 0.25:
            chosen.append(f"region = '{self.random.choice(REGIONS)}'")
        if keys and self.random.random() < 0.12:
            chosen.append(f"id = id + {self.random.choice((1, 100))}")
        self.random.shuffle(chosen)
        return ", ".join(chosen or ["n = n + 1"])

    def returning(self, table="account"):
        return self.random.choice(("", " RETURNING uid, id, region, name, n, credit, terms, born_credit, born_terms")) if table == "account" else ""

    def new_row(self, uid=None, identity=None):
        self.next += 1
        credit, terms = self.random.choice(("5", "2.00", "NULL")), self.random.choice(("'N30'", "NULL"))
        uid = self.next if uid is None else uid
        return (f"({uid}, {uid if identity is None else identity}, '{self.random.choice(REGIONS)}', {self.random.choice(NEW_NAMES)}, 0, "
                f"{credit}, {terms}, {credit}, {terms})")

    COLUMNS = "(uid, id, region, name, n, credit, terms, born_credit, born_terms)"

    def update(self):
        return f"UPDATE account AS a SET {self.assignments()} WHERE {self.some()}{self.returning().replace(' uid', ' a.uid', 1)}"

    def only_some_rows(self):
        return f"UPDATE account AS a SET {self.assignments()} WHERE (uid, region) IN (SELECT uid, region FROM account ORDER BY uid LIMIT 2)"

    def row_assignment(self):
        return f"UPDATE account SET (credit, terms, n) = (SELECT {self.uid()}, 'row', {self.random.randint(0, 9)}) WHERE uid = {self.uid()}"

    def joined(self):
        return (f"UPDATE account AS a SET credit = v.wished, name = v.said FROM (VALUES ({self.uid()}, 11, 'plain'), ({self.rows + 2}, 12, 'plain')) "
                f"AS v (uid, wished, said) WHERE a.uid = v.uid")

    def in_cte(self):
        a, b = self.random.sample(range(1, self.rows + 1), 2)
        return (f"WITH x AS (UPDATE account SET {self.assignments()} WHERE uid = {a} RETURNING uid), "
                f"y AS (UPDATE account SET {self.assignments(False)} WHERE uid = {b} RETURNING uid) "
                "SELECT (SELECT count(*) FROM x), (SELECT count(*) FROM y)")

    def upsert(self):
        a = self.uid()
        conflict = "(id, region)" if self.random.random() < 0.5 else ""
        action = f"DO UPDATE SET {self.assignments(False).replace('n = n', 'n = account.n').replace('n * 10', 'account.n * 10')}" if conflict else "DO NOTHING"
        for column in ("uid", "name", "region"):
            action = action.replace(f"= {column}", f"= account.{column}")
        return f"INSERT INTO account {self.COLUMNS} VALUES {self.new_row(identity=a)} ON CONFLICT {conflict} {action}{self.returning()}"

    def merge(self):
        source = ", ".join(f"({uid}, {self.random.randint(1, 3)})" for uid in {self.uid(), self.uid(), self.rows + 3})
        returning = " RETURNING a.uid, a.id, a.region, a.name, a.n, a.credit, a.terms, a.born_credit, a.born_terms" if self.version >= 17 else ""
        return (f"MERGE INTO account AS a USING (VALUES {source}) AS s (uid, what) ON a.uid = s.uid "
                f"WHEN MATCHED AND s.what = 1 THEN UPDATE SET {self.assignments().replace('uid + 0.5', 'a.uid + 0.5')} "
                "WHEN MATCHED AND s.what = 2 THEN DELETE "
                f"WHEN MATCHED THEN UPDATE SET terms = 'merged', n = 4 "
                f"WHEN NOT MATCHED AND s.what > 1 THEN INSERT {self.COLUMNS} VALUES {self.new_row()}{returning if self.random.random() < 0.5 else ''}")

    def delete(self):
        return f"DELETE FROM account AS a WHERE uid = {self.uid()}"

    def replace(self):
        a = self.uid()
        return f"WITH gone AS (DELETE FROM account WHERE uid = {a} RETURNING id) INSERT INTO account {self.COLUMNS} SELECT v.* FROM gone, (VALUES {self.new_row()}) AS v"

    def insert(self):
        return f"INSERT INTO account {self.COLUMNS} VALUES {self.new_row()}, {self.new_row()}{self.returning()}"

    def by_view(self):
        if self.random.random() < 0.5:
            return f"UPDATE view_of_view SET wished = {self.random.choice(CREDITS)}, n = n + 2 WHERE uid = {self.uid()}"
        view = self.random.choice(("plain_view", "instead"))
        return f"UPDATE {view} AS a SET {self.assignments(view == 'plain_view')} WHERE uid = {self.uid()}"

    def by_function(self):
        wished = self.random.choice(("31", "NULL", "2.00"))
        return f"SELECT {self.random.choice(('set_credit', 'definer'))}(uid, {wished}) FROM account WHERE uid IN ({self.uid()}, {self.uid()}) ORDER BY uid"

    def by_block(self):
        return (f"DO $$ DECLARE r record; BEGIN FOR r IN SELECT uid FROM account ORDER BY uid LOOP "
                f"UPDATE account SET credit = r.uid * 3, terms = 'loop' WHERE uid = r.uid; "
                f"IF r.uid % 2 = {self.random.randint(0, 1)} THEN BEGIN UPDATE account SET credit = 1 / 0, n = 77 WHERE uid = r.uid; "
                "EXCEPTION WHEN division_by_zero THEN NULL; END; END IF; END LOOP; END $$")

    def prepared(self):
        uid = self.uid()
        return (f"PREPARE p (numeric, text) AS UPDATE account SET credit = $1, terms = $2, n = n + 1 WHERE uid = {uid}; "
                f"EXECUTE p (41, 'a'); EXECUTE p ({self.random.choice(('42', 'NULL', '2.00'))}, 'b'); DEALLOCATE p")

    KINDS = (update, update, update, only_some_rows, row_assignment, joined, in_cte, in_cte, upsert, upsert, merge, merge, delete, replace, insert, by_view,
             by_view, by_function, by_block, prepared)

    def one(self):
        return self.random.choice(self.KINDS)(self)
