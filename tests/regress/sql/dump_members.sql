-- pg_dump takes every table and sequence of the extension along, and pg_restore can fill them in any order.
-- What is not dumped: `maintenance` never has a committed row, `configuration_secret` has what only calls need that wait, `identity_key` has secrets,
-- `used_token` belongs to its keys, and `seal` is how a restored copy knows that it is one.
SELECT c.relname FROM pg_extension AS x JOIN pg_depend AS d ON d.refobjid = x.oid AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass
  JOIN pg_class AS c ON c.oid = d.objid AND c.relkind IN ('r', 'S')
 WHERE x.extname = 'customer_workflow' AND NOT EXISTS (SELECT FROM unnest(x.extconfig) AS k WHERE k = c.oid) ORDER BY 1;

-- A condition would leave rows out.
SELECT k::regclass, f FROM pg_extension AS x CROSS JOIN LATERAL unnest(x.extconfig, x.extcondition) AS u (k, f) WHERE x.extname = 'customer_workflow' AND f <> '';

-- A foreign key would make a parallel pg_restore fail, which does not know the order of an extension's tables;
-- a trigger on INSERT would run for rows that are restored.
SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'customer_workflow'::regnamespace;
SELECT tgrelid::regclass, tgname FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
 WHERE c.relnamespace = 'customer_workflow'::regnamespace AND g.tgtype & 4 <> 0;
