-- Promise 7: who has a part in a change does not get it, nor does who stands in for him; others may be left out, too.
\set SHOW_CONTEXT never
SELECT customer_workflow.protect('customers', '{credit_limit}', 'credit_managers');
SELECT customer_workflow.add_group_member('controllers', 'person:erna');
SELECT customer_workflow.add_group_member('controllers', 'bob');
SELECT customer_workflow.add_group_member('controllers', 'dave');
-- Who gets a change in which these people have a part, these left out
CREATE FUNCTION who(assign jsonb, parties text[], without text[] DEFAULT '{}', at_most int DEFAULT NULL, self_approval boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
    SELECT e.eligible
      FROM customer_workflow._eligible(jsonb_build_object('allow_self_approval', self_approval, 'assign_to', assign), '/assign_to', 'erp_owner', 'customers',
               ARRAY[ROW(1, NULL, '{"id": 1}', '{"credit_limit": "5"}', parties, parties[1], parties[1], NULL, NULL, NULL, NULL)::customer_workflow._case],
               jsonb_build_object('1', without), at_most) AS e
$$;
SELECT who('{"group": "controllers"}', '{role:alice}');
SELECT who('{"group": "controllers"}', '{role:alice,role:bob}');
SELECT who('{"group": "controllers"}', '{person:erna,role:bob,role:dave}');
SELECT who('{"user": "bob"}', '{role:bob}');
-- A person is not a role of the same name
SELECT who('{"user": "bob"}', '{person:bob}');
-- A renamed role is the same
SELECT who('{"user": "bob"}', ARRAY['role:robert', 'oid:' || 'bob'::regrole::oid]);
-- unless the workflow allows it; that somebody has a part is said all the same
SELECT who('{"group": "controllers"}', '{role:bob}', self_approval => true);
-- Who decided before
SELECT who('{"group": "controllers"}', '{role:alice}', '{role:bob}');
SELECT who('{"group": "controllers"}', '{role:alice}', '{role:bob,role:dave,person:erna}');
-- So many suffice; of one role the first
SELECT who('{"group": "controllers"}', '{role:alice}', at_most => 1);
SELECT who('{"group": "controllers"}', '{person:erna}', at_most => 1);
SELECT who('{"group": "controllers"}', '{person:erna}', at_most => 0);

-- Standing delegations: of a person the stand-in gets the place
SELECT customer_workflow.create_delegation('bob', 'carol', now() - interval '1 day', now() + interval '1 day', open_items => false) > 0;
SELECT who('{"user": "bob"}', '{role:alice}');
-- not of his own change: then the person keeps it
SELECT who('{"user": "bob"}', '{role:carol}');
SELECT who('{"user": "bob"}', '{role:alice}', '{role:carol}');
-- nor does he get the place of one who may not decide
SELECT who('{"user": "bob"}', '{role:bob}');
SELECT who('{"user": "bob"}', '{role:alice}', '{role:bob}');
-- Members of a role or group keep theirs, and who stands in gets one beside them, however few suffice
SELECT who('{"group": "controllers"}', '{role:alice}');
SELECT who('{"group": "controllers"}', '{role:alice}', at_most => 1);
-- but not a second one where he is a member himself
SELECT who('{"role": "credit_managers"}', '{role:alice}');
