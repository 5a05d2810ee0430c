-- Promise 1, no way around: writes that reach a protected table through views and rules.
SET customer_workflow.notices = off;
UPDATE customers SET credit_limit = id * 1000;
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');

-- What is stored and what is proposed after a path was tried; then all is cancelled, for the next one.
CREATE FUNCTION outcome() RETURNS TABLE (customer bigint, stored numeric, proposed text, author text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        SELECT c.id, c.credit_limit, p.proposed_value, p.author
          FROM customers AS c LEFT JOIN customer_workflow.proposed_changes AS p
            ON p.record_key = jsonb_build_object('id', c.id) AND p.status = 'not_submitted'
         WHERE p.proposal IS NOT NULL OR c.credit_limit IS DISTINCT FROM c.id * 1000 ORDER BY c.id;
    PERFORM customer_workflow.cancel_many(ARRAY(SELECT id FROM customer_workflow.proposals WHERE status = 'not_submitted'));
END
$$;

-- A simple view; its owner writes
SET SESSION AUTHORIZATION erp_owner;
CREATE VIEW crm.limits AS SELECT id, name, credit_limit AS "limit" FROM customers;
GRANT ALL ON crm.limits TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.limits SET "limit" = 7000 WHERE id = 1 RETURNING id, "limit";
SELECT * FROM outcome();
-- … an upsert and a data-modifying WITH on it
INSERT INTO crm.limits VALUES (1, 'Alpha', 7000) ON CONFLICT (id) DO UPDATE SET "limit" = excluded."limit";
SELECT * FROM outcome();
WITH u AS (UPDATE crm.limits SET "limit" = 7000 WHERE id = 1 RETURNING *) SELECT * FROM u;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A view WITH CHECK OPTION: the check sees what is stored, so that it neither fails nor leaks
SET SESSION AUTHORIZATION erp_owner;
CREATE VIEW crm.small_limits AS SELECT * FROM customers WHERE credit_limit < 5000 WITH CHECK OPTION;
GRANT ALL ON crm.small_limits TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.small_limits SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A view on a view, a security barrier, a security invoker
SET SESSION AUTHORIZATION erp_owner;
CREATE VIEW crm.outer_limits WITH (security_barrier) AS SELECT id, "limit" AS upper_limit FROM crm.limits WHERE id < 3;
CREATE VIEW crm.own_limits WITH (security_invoker) AS SELECT id, credit_limit FROM customers;
GRANT ALL ON crm.outer_limits, crm.own_limits TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.outer_limits SET upper_limit = 7000;
SELECT * FROM outcome();
UPDATE crm.own_limits SET credit_limit = 7000 WHERE id = 2;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A view with an INSTEAD OF trigger, which runs as who writes
SET SESSION AUTHORIZATION erp_owner;
CREATE VIEW crm.joined_limits AS SELECT c.id, c.credit_limit, d.n FROM customers AS c CROSS JOIN (SELECT count(*) AS n FROM customers) AS d;
CREATE FUNCTION crm.write_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.customers SET credit_limit = new.credit_limit WHERE id = new.id;
    RETURN new;
END
$$;
CREATE TRIGGER write INSTEAD OF INSERT OR UPDATE ON crm.joined_limits FOR EACH ROW EXECUTE FUNCTION crm.write_limit();
GRANT ALL ON crm.joined_limits TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.joined_limits SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
INSERT INTO crm.joined_limits VALUES (1, 7000);
SELECT * FROM outcome();
-- … which COPY writes into
COPY crm.joined_limits FROM STDIN;
1	7000	0
2	7000	0
\.
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A rule on a view, DO INSTEAD
SET SESSION AUTHORIZATION erp_owner;
CREATE VIEW crm.ruled_limits AS SELECT id, max(credit_limit) AS credit_limit FROM customers GROUP BY id;
CREATE RULE write AS ON UPDATE TO crm.ruled_limits DO INSTEAD UPDATE customers SET credit_limit = new.credit_limit WHERE id = old.id;
GRANT ALL ON crm.ruled_limits TO alice;
SET SESSION AUTHORIZATION alice;
UPDATE crm.ruled_limits SET credit_limit = 7000 WHERE id = 1;
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- A rule on another table, DO ALSO
SET SESSION AUTHORIZATION erp_owner;
CREATE TABLE crm.requests (customer bigint, wish numeric);
CREATE RULE write AS ON INSERT TO crm.requests DO ALSO UPDATE customers SET credit_limit = new.wish WHERE id = new.customer;
GRANT ALL ON crm.requests TO alice;
SET SESSION AUTHORIZATION alice;
INSERT INTO crm.requests VALUES (1, 7000);
SELECT * FROM outcome();
RESET SESSION AUTHORIZATION;

-- Nothing was written
SELECT id, credit_limit FROM customers ORDER BY id;
