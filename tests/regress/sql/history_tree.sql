-- Promise 9, checkpoint(): the root is that of a Merkle tree of RFC 6962, so that others can compute it.
CREATE FUNCTION tree_of(leaves bytea[]) RETURNS bytea LANGUAGE sql AS $$
    SELECT customer_workflow._tree(NULL, l.leaf ORDER BY l.place) FROM unnest(leaves) WITH ORDINALITY AS l (leaf, place)
$$;

-- The leaves and roots that implementations of the RFC are tested with
SELECT n AS size, encode(customer_workflow._root(tree_of(v.leaves[1:n])), 'hex') AS root
  FROM (VALUES (ARRAY['', '\x00', '\x10', '\x2021', '\x3031', '\x40414243', '\x5051525354555657', '\x606162636465666768696a6b6c6d6e6f']::bytea[])) AS v (leaves),
       generate_series(0, 8) AS n ORDER BY n;

-- The same as the RFC defines it: the tree is cut at the largest power of two below its size.
CREATE FUNCTION root_by_definition(leaves bytea[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    n int := cardinality(leaves);
    k int := 1;
BEGIN
    IF n = 0 THEN RETURN sha256(''); END IF;
    IF n = 1 THEN RETURN sha256('\x00' || leaves[1]); END IF;
    WHILE k * 2 < n LOOP k := k * 2; END LOOP;
    RETURN sha256('\x01' || root_by_definition(leaves[1:k]) || root_by_definition(leaves[k + 1:n]));
END
$$;
SELECT count(*) AS sizes, bool_and(customer_workflow._root(tree_of(l.leaves)) = root_by_definition(l.leaves)) AS as_defined
  FROM generate_series(0, 70) AS n CROSS JOIN LATERAL (SELECT ARRAY(SELECT sha256(i::text::bytea) FROM generate_series(1, n) AS i) AS leaves) AS l;

-- It goes on where it was.
SELECT customer_workflow._tree(tree_of(ARRAY['a', 'b', 'c']::bytea[]), l.leaf) = tree_of(ARRAY['a', 'b', 'c', 'd']::bytea[]) AS grows_on FROM (VALUES ('d'::bytea)) AS l (leaf);
SELECT * FROM error_of($$SELECT customer_workflow._root('\x00000000000000010203')$$);

-- A link can be computed with what PostgreSQL has, from what is documented.
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.checkpoint() ->> 'size' AS size;
SELECT customer_workflow._content('{ä,NULL,""}') = sha256(convert_to('2:ä,-0:,', 'UTF8')) AS content,
       (SELECT hash = sha256(decode(repeat('00', 32), 'hex') || sha256(convert_to(
            (SELECT string_agg(coalesce(octet_length(convert_to(part, 'UTF8')) || ':' || part || ',', '-'), '' ORDER BY place)
               FROM unnest(ARRAY['history', h.id::text, h.transaction::text, extract(epoch FROM h.at)::text, h.table_id::text, h.proposal::text, h.kind,
                                 h.person, h.on_behalf_of, h.database_role, h.source, h.element, h.step, h.comment, h.digest, h.details::text,
                                 h.identity::text]) WITH ORDINALITY AS p (part, place)), 'UTF8')))
          FROM customer_workflow.history AS h JOIN customer_workflow.history_link AS l ON l.entry = h.id) AS link;
