-- Rows of these tables belong to the users: pg_dump takes them along, and the sequences go on where they were.
SELECT pg_catalog.pg_extension_config_dump(('customer_workflow.' || t.name)::regclass, '')
  FROM (VALUES ('protected_table'), ('data_entity'), ('duty'), ('application_role'), ('group_member'), ('proposal'), ('change'),
               ('work_item'), ('history'), ('direct_change')) AS t (name);
SELECT pg_catalog.pg_extension_config_dump(('customer_workflow.' || t.name || '_id_seq')::regclass, '')
  FROM (VALUES ('protected_table'), ('data_entity'), ('proposal'), ('work_item'), ('history'), ('direct_change')) AS t (name);
