-- Promise 6: what was seen is what is approved: a decision with the digest of something else is refused.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit,payment_terms}', 'credit_managers');
SELECT customer_workflow.grant_duty('customers', 'steward', 'dave');
CREATE TABLE seen (what text PRIMARY KEY, digest text);
GRANT ALL ON seen TO PUBLIC;
-- Bob looks at the page and notes the digest.
CREATE FUNCTION look(what text) RETURNS text LANGUAGE sql AS $$
    INSERT INTO seen SELECT what, digest FROM customer_workflow.my_work_items WHERE record_key = '{"id": 1}' RETURNING length(digest) || ' digits'
$$;
CREATE FUNCTION decide(verb text, what text) RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
    SELECT f.field, CASE WHEN f.field = 'detail' THEN regexp_replace(f.value, '[0-9a-f]{64}', '…', 'g') ELSE f.value END
      FROM error_of(format('SELECT customer_workflow.%I(%s, ''seen'', digest => %L)', verb,
                           (SELECT max(id) FROM customer_workflow.proposals WHERE record_key = '{"id": 1}'),
                           (SELECT s.digest FROM seen AS s WHERE s.what = decide.what))) AS f
$$;

SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000, payment_terms = 'N60' WHERE id IN (1, 2);
SELECT id AS p FROM customer_workflow.proposals WHERE record_key = '{"id": 1}' \gset
SELECT id AS other FROM customer_workflow.proposals WHERE record_key = '{"id": 2}' \gset
-- A draft can be edited, so it has none.
SELECT digest FROM customer_workflow.proposals;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals ORDER BY id;
SET SESSION AUTHORIZATION bob;
SELECT look('first');
SELECT (SELECT digest FROM seen) = p.digest AS in_proposals, (SELECT digest FROM seen) = customer_workflow.review(:p) ->> 'digest' AS in_review
  FROM customer_workflow.proposals AS p WHERE p.id = :p;
SELECT count(DISTINCT digest) AS digests_of_two_records FROM customer_workflow.my_work_items;

-- A wrong one, for each decision
INSERT INTO seen VALUES ('nothing', 'none'), ('empty', '');
SELECT * FROM decide('approve', 'nothing');
SELECT field, value FROM decide('approve', 'empty') WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM decide('reject', 'nothing') WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM decide('request_change', 'nothing') WHERE field IN ('sqlstate', 'message');

-- Alice amends and submits again, while Bob still has the old page before him.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 90000 WHERE id = 1;
SELECT status, digest FROM customer_workflow.proposals WHERE id = :p;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT look('amended');
SELECT field, value FROM decide('approve', 'first') WHERE field IN ('sqlstate', 'message');

-- What she takes back is what it was: the same content has the same digest.
SET SESSION AUTHORIZATION alice;
UPDATE customers SET credit_limit = 5000 WHERE id = 1;
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT look('first again');
SELECT what, row_number() OVER (PARTITION BY digest ORDER BY what) AS nth_of_its_kind FROM seen WHERE length(digest) = 64 ORDER BY digest = (SELECT digest FROM seen WHERE what = 'first'), what;

-- A steward discards one of the two changes.
SET SESSION AUTHORIZATION dave;
SELECT customer_workflow.discard_change(:p, 'payment_terms');
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT look('one discarded');
SELECT field, value FROM decide('approve', 'first') WHERE field IN ('sqlstate', 'message');

-- The stored value moves, and the author accepts that.
RESET SESSION AUTHORIZATION;
SELECT customer_workflow.disable('customers');
UPDATE customers SET credit_limit = 1234 WHERE id = 1;
SELECT customer_workflow.enable('customers');
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.rebase(:p);
SELECT customer_workflow.submit(:p);
SET SESSION AUTHORIZATION bob;
SELECT look('rebased');
SELECT field, value FROM decide('approve', 'one discarded') WHERE field IN ('sqlstate', 'message');

-- The record gets another key: the proposal waits on, for another record than Bob saw.
RESET SESSION AUTHORIZATION;
UPDATE customers SET id = 11 WHERE id = 1;
SET SESSION AUTHORIZATION bob;
SELECT record_key, digest <> (SELECT digest FROM seen WHERE what = 'rebased') AS another FROM customer_workflow.my_work_items WHERE proposal = :p;
SELECT field, value FROM error_of(format('SELECT customer_workflow.approve(%s, digest => %L)', :p, (SELECT digest FROM seen WHERE what = 'rebased'))) WHERE field IN ('sqlstate', 'message');
RESET SESSION AUTHORIZATION;
UPDATE customers SET id = 1 WHERE id = 11;

-- With the digest of what is there it is approved, and the history keeps the digest.
SET SESSION AUTHORIZATION bob;
SELECT * FROM decide('approve', 'rebased');
SELECT credit_limit, payment_terms FROM customers WHERE id = 1;
RESET SESSION AUTHORIZATION;
SELECT kind, digest = (SELECT digest FROM seen WHERE what = 'rebased') AS rebased FROM customer_workflow.workflow_history WHERE proposal = :p AND kind IN ('approved', 'applied') ORDER BY at;
