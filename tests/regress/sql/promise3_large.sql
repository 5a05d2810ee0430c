-- Promise 3: a text of 10 MB, and bytes, a document and an array of 2 MB, are written exactly as they were proposed.
\set SHOW_CONTEXT never
CREATE SCHEMA large AUTHORIZATION erp_owner;
GRANT USAGE ON SCHEMA large TO PUBLIC;
CREATE TABLE large.t (id int PRIMARY KEY, note text, scan bytea, document jsonb, parts text[], other text);
ALTER TABLE large.t OWNER TO erp_owner;
GRANT SELECT, UPDATE ON large.t TO alice;
SELECT customer_workflow.protect('large.t', '{note,scan,document,parts}', 'credit_managers');

-- Values that are already 1 MB, of which compression makes little
CREATE FUNCTION noise(bytes int, seed text) RETURNS text LANGUAGE sql AS $$
    SELECT left(string_agg(md5(seed || i), ''), bytes) FROM generate_series(1, bytes / 32 + 1) AS i
$$;
INSERT INTO large.t SELECT 1, noise(1000000, 'a'), noise(1000000, 'b')::bytea, to_jsonb(noise(1000000, 'c')), ARRAY[noise(1000000, 'd')], 'o';
CREATE TABLE wished AS
SELECT 1 AS id, noise(10000000, 'e') AS note, noise(2000000, 'f')::bytea AS scan,
       jsonb_build_object('text', noise(2000000, 'g'), 'n', 1.50) AS document, ARRAY[noise(2000000, 'h'), NULL] AS parts, 'p' AS other;
GRANT SELECT ON wished TO alice;

SET SESSION AUTHORIZATION alice;
SET bytea_output = escape;
UPDATE large.t AS t SET (note, scan, document, parts, other) = (w.note, w.scan, w.document, w.parts, w.other) FROM wished AS w;
SELECT field, octet_length(original_value) AS original, octet_length(proposed_value) AS proposed FROM customer_workflow.proposed_changes ORDER BY field;
SELECT customer_workflow.submit(id) FROM customer_workflow.proposals;

-- The history keeps what was submitted: of values above 1 MiB the SHA-256.
RESET SESSION AUTHORIZATION;
SELECT c ->> 'field' AS field, c -> 'proposed' ->> 'bytes' AS bytes,
       c -> 'proposed' ->> 'sha256' = encode(sha256(convert_to(p.proposed_value, 'UTF8')), 'hex') AS sha256, octet_length(c ->> 'original') AS original
  FROM customer_workflow.workflow_history AS h CROSS JOIN jsonb_array_elements(h.details -> 'changes') AS c
  JOIN customer_workflow.proposed_changes AS p ON p.proposal = h.proposal AND p.field = c ->> 'field'
 WHERE h.kind = 'submitted' ORDER BY 1;

SET SESSION AUTHORIZATION bob;
SELECT customer_workflow.approve(proposal) FROM customer_workflow.my_work_items;
RESET SESSION AUTHORIZATION;
SELECT t *= w AS exact FROM large.t AS t JOIN wished AS w USING (id);
