-- Design 4, Identity: keys of signed tokens: each algorithm, as PEM and as JWK; which keys are refused, and who sets and sees them.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set file :folder '/../tokens/tokens.json'
\set made `cat :file`
CREATE TABLE made AS SELECT :'made'::jsonb AS it;
CREATE ROLE trust_keys_app LOGIN;
CREATE ROLE trust_keys_owner LOGIN;
GRANT SELECT ON made TO PUBLIC;
SELECT customer_workflow.set_application_role('trust_keys_app');

-- PEM: the issuer's fixed tokens live until 2090
SELECT customer_workflow.set_identity_key(lower(a), a, it -> a ->> 'public', 'https://issuer.test', 'erp', '{"max_lifetime": 2147483647}')
  FROM made CROSS JOIN unnest('{ES256,RS256,EdDSA}'::text[]) AS a;
SET SESSION AUTHORIZATION trust_keys_app;
SELECT customer_workflow.sign_in(it #>> '{ES256,tokens,0}') FROM made;
SELECT customer_workflow.sign_in(it #>> '{RS256,tokens,0}') FROM made;
SELECT customer_workflow.sign_in(it #>> '{EdDSA,tokens,0}') FROM made;
-- a signature is one of this message by this key
SELECT a, e.field, e.value FROM made CROSS JOIN unnest('{ES256,RS256,EdDSA}'::text[]) AS a
 CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.sign_in(%L)',
     split_part(it #>> ARRAY[a, 'tokens', '1'], '.', 1) || '.' || split_part(it #>> ARRAY[a, 'tokens', '1'], '.', 2)
     || '.' || split_part(it #>> ARRAY[a, 'tokens', '0'], '.', 3))) AS e;
RESET SESSION AUTHORIZATION;
-- JWK
SELECT customer_workflow.set_identity_key(lower(a), a, it -> a ->> 'jwk', 'https://issuer.test', 'erp', '{"max_lifetime": 2147483647}')
  FROM made CROSS JOIN unnest('{ES256,RS256,EdDSA}'::text[]) AS a;
SET SESSION AUTHORIZATION trust_keys_app;
SELECT customer_workflow.sign_in(it #>> '{ES256,tokens,1}') FROM made;
SELECT customer_workflow.sign_in(it #>> '{RS256,tokens,1}') FROM made;
SELECT customer_workflow.sign_in(it #>> '{EdDSA,tokens,1}') FROM made;
RESET SESSION AUTHORIZATION;

-- keys that are none, or not of this algorithm, or too weak, or not to be here at all
SELECT k.what, k.algorithm, e.value AS detail
  FROM made CROSS JOIN LATERAL (VALUES
     ('text', 'ES256', 'secret'), ('RSA key', 'ES256', it #>> '{RS256,public}'), ('EC key', 'RS256', it #>> '{ES256,public}'),
     ('EC key', 'EdDSA', it #>> '{ES256,public}'), ('P-384', 'ES256', it #>> '{P-384,public}'), ('1024 bits', 'RS256', it #>> '{short RSA,public}'),
     ('private key', 'ES256', replace(it #>> '{ES256,public}', 'PUBLIC', 'PRIVATE')), ('broken', 'EdDSA', overlay(it #>> '{EdDSA,public}' PLACING 'AAAA' FROM 40)),
     ('public key as secret', 'HS256', it #>> '{ES256,public}'), ('31 bytes', 'HS256', repeat('x', 31)), ('short JWK', 'HS256', '{"kty": "oct", "k": "AAAA"}'),
     ('JWK of another', 'ES256', it #>> '{RS256,jwk}'), ('JWK with alg', 'RS256', (it #> '{RS256,jwk}' || '{"alg": "RS512"}')::text),
     ('JWK to encrypt', 'ES256', (it #> '{ES256,jwk}' || '{"use": "enc"}')::text), ('private JWK', 'ES256', (it #> '{ES256,jwk}' || '{"d": "AAAA"}')::text),
     ('point off the curve', 'ES256', (it #> '{ES256,jwk}' || '{"x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}')::text),
     ('short point', 'EdDSA', (it #> '{EdDSA,jwk}' || '{"x": "AAAA"}')::text), ('exponent 1', 'RS256', (it #> '{RS256,jwk}' || '{"e": "AQ"}')::text),
     ('no JWK', 'ES256', '{"kty": "EC"}'), ('no JSON', 'ES256', '{')) AS k (what, algorithm, key)
  LEFT JOIN LATERAL error_of(format('SELECT customer_workflow.set_identity_key(%L, %L, %L, %L, %L)', 'k', k.algorithm, k.key, 'i', 'a')) AS e ON e.field IN ('detail', 'none');
SELECT * FROM error_of($$ SELECT customer_workflow.set_identity_key('k', 'HS256', 'short', 'i', 'a') $$);
-- arguments and options
SELECT s, string_agg(e.value, ' ' ORDER BY e.field DESC) AS refused FROM unnest(ARRAY[
    $$'', 'HS256', repeat('x', 32), 'i', 'a'$$, $$'k', 'none', repeat('x', 32), 'i', 'a'$$, $$'k', 'HS384', repeat('x', 48), 'i', 'a'$$,
    $$'k', 'HS256', NULL, 'i', 'a'$$, $$'k', 'HS256', repeat('x', 32), '', 'a'$$, $$'k', 'HS256', repeat('x', 32), 'i', ' '$$, $$repeat('k', 256), 'HS256', repeat('x', 32), 'i', 'a'$$,
    $$'k', 'HS256', repeat('x', 32), 'i', 'a', '[]'$$, $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"leeway": 1}'$$, $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"clock_skew": 301}'$$,
    $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"clock_skew": "1"}'$$, $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"max_lifetime": 0}'$$,
    $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"max_lifetime": 2147483648}'$$, $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"claim": ""}'$$,
    $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"claim": null}'$$, $$'k', 'HS256', repeat('x', 32), 'i', 'a', '{"prefix": "role:"}'$$]) AS s
 CROSS JOIN LATERAL error_of(format('SELECT customer_workflow.set_identity_key(%s)', s)) AS e WHERE e.field IN ('sqlstate', 'message', 'none') GROUP BY s ORDER BY s;

-- the database owner sets keys and sees everything but the keys; nobody else does either
SELECT format('ALTER DATABASE %I OWNER TO trust_keys_owner', current_database()) AS own \gexec
SET SESSION AUTHORIZATION trust_keys_owner;
SELECT customer_workflow.set_identity_key('secret', 'HS256', 'a secret of the tests, and of nobody else', 'https://issuer.test', 'erp', '{"clock_skew": 5, "claim": "email", "prefix": "issuer/", "typ": "at+jwt"}');
SELECT kid, algorithm, issuer, audience, claim, prefix, typ, clock_skew, max_lifetime FROM customer_workflow.identity_keys;
SELECT field, value FROM error_of('SELECT key FROM customer_workflow.identity_key');
SELECT field, value FROM error_of('SELECT * FROM customer_workflow.used_token');
SET SESSION AUTHORIZATION alice;
SELECT count(*) FROM customer_workflow.identity_keys;
SELECT field, value FROM error_of($$ SELECT customer_workflow.set_identity_key('k', 'HS256', repeat('x', 32), 'i', 'a') $$) WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM error_of($$ SELECT customer_workflow.remove_identity_key('secret') $$) WHERE field IN ('sqlstate', 'message');
SELECT field, value FROM error_of('SELECT key FROM customer_workflow.identity_key');
RESET SESSION AUTHORIZATION;
-- the history has no key; a fingerprint of public ones
SELECT customer_workflow.remove_identity_key('secret');
SELECT kind, details ->> 'kid' AS kid, details #> '{key,old}' - '{fingerprint,issuer,audience,clock_skew,max_lifetime}'::text[] AS old,
       details #> '{key,new}' - '{fingerprint,issuer,audience,clock_skew,max_lifetime}'::text[] AS new,
       details -> 'changed' AS changed, details #>> '{key,new,fingerprint}' = encode(sha256(convert_to(it #>> '{ES256,jwk}', 'UTF8')), 'hex') AS of_jwk
  FROM customer_workflow.workflow_history CROSS JOIN made WHERE kind LIKE '%identity_key' AND details ->> 'kid' IN ('es256', 'secret');
SELECT count(*) FROM customer_workflow.history AS h WHERE h::text ~ 'secret of the tests|BEGIN PUBLIC|AQAB';
-- neither keys nor used tokens are in a dump
SELECT c.relname FROM pg_extension AS e CROSS JOIN LATERAL unnest(e.extconfig) AS o JOIN pg_class AS c ON c.oid = o
 WHERE e.extname = 'customer_workflow' AND c.relname IN ('identity_key', 'used_token', 'application_role', 'role_person') ORDER BY 1;
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), current_user) AS own \gexec
DROP ROLE trust_keys_app, trust_keys_owner;
