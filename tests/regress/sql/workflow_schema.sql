-- Design 5.3: workflow_schema() is the published JSON Schema of a definition, docs/workflow.schema.json.
\set published `cat "$CW_ROOT/docs/workflow.schema.json"`
SELECT customer_workflow.workflow_schema() = :'published'::jsonb AS same;
SELECT customer_workflow.workflow_schema() ->> '$schema' AS dialect, customer_workflow.workflow_schema() -> 'required' AS required,
       (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(customer_workflow.workflow_schema() #> '{$defs,element,properties}') AS k) AS elements;
-- Everybody may read it.
SET SESSION AUTHORIZATION alice;
SELECT customer_workflow.workflow_schema() IS NOT NULL AS readable;
