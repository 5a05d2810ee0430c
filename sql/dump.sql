-- Rows of these tables belong to the users: pg_dump takes them along, and the sequences go on where they were.
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.protected_table', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.data_entity', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.duty', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.application_role', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.group_member', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.proposal', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.change', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.work_item', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.history', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.direct_change', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.protected_table_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.data_entity_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.proposal_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.work_item_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.history_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('customer_workflow.direct_change_id_seq', '');
