-- Attack: tokens that nobody has signed, or for somebody else, or twice (RFC 8725). What is not signed is told nothing.
\set SHOW_CONTEXT never
\getenv folder PG_ABS_SRCDIR
\set tokens :folder '/tokens.sql'
\set file :folder '/../tokens/tokens.json'
\set made `cat :file`
\set ECHO none
\i :tokens
\set ECHO all
CREATE TABLE made AS SELECT :'made'::jsonb AS it;
GRANT SELECT ON made TO PUBLIC;
CREATE ROLE attack_token_app LOGIN;
SELECT customer_workflow.set_application_role('attack_token_app');
SELECT customer_workflow.set_identity_key('issuer', 'HS256', 'a secret of the tests, and of nobody else', 'https://issuer.test', 'erp');
SELECT customer_workflow.set_identity_key('es256', 'ES256', it #>> '{ES256,public}', 'https://issuer.test', 'erp', '{"max_lifetime": 2147483647}') FROM made;
CREATE FUNCTION try(token text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.value, ': ' ORDER BY e.field DESC) FROM error_of(format('SELECT customer_workflow.sign_in(%L)', token)) AS e
     WHERE e.field IN ('sqlstate', 'message', 'detail', 'hint', 'none')
$$;
SET SESSION AUTHORIZATION attack_token_app;

-- what is not a token, or not signed by this key: one answer to all
SELECT a.what, try(a.token) FROM made CROSS JOIN LATERAL (VALUES
    ('nothing', NULL), ('empty', ''), ('text', 'token'), ('dots', '..'), ('two parts', 'e30.e30'), ('five parts', 'e30.e30.e30.e30.e30'),
    ('8193 bytes', repeat('a', 8193)), ('not base64', '$$.e30.e30'), ('padding', 'e30=.e30.e30'), ('no object', 'W10.e30.e30'), ('no key named', 'e30.e30.e30'),
    ('alg none', signed('{"alg": "none", "kid": "issuer"}', '{}', 'x')), ('alg none, no signature', base64url('{"alg":"none","kid":"issuer"}') || '.' || split_part(token('maria', 'a'), '.', 2) || '.'),
    ('alg None', token('maria', 'a', header => '{"alg": "None"}')), ('alg hs256', token('maria', 'a', header => '{"alg": "hs256"}')), ('alg HS512', token('maria', 'a', header => '{"alg": "HS512"}')),
    ('no alg', token('maria', 'a', header => '{"alg": null}')), ('alg of another key', token('maria', 'a', header => '{"kid": "es256"}')),
    ('public key as secret', signed('{"alg": "HS256", "kid": "es256"}', '{"sub": "maria"}', it #>> '{ES256,public}')),
    ('claims ES256 to HS256', signed('{"alg": "ES256", "kid": "issuer"}', '{}', 'a secret of the tests, and of nobody else')),
    ('unknown key', token('maria', 'a', header => '{"kid": "other"}')), ('no kid', token('maria', 'a', header => '{"kid": null}')), ('kid is a number', token('maria', 'a', header => '{"kid": 1}')),
    ('kid as SQL', token('maria', 'a', header => '{"kid": "issuer'' OR ''1''=''1"}')), ('kid as path', token('maria', 'a', header => '{"kid": "../../issuer"}')),
    ('own key', token('maria', 'a', header => '{"kid": "none", "jwk": {"kty": "oct", "k": "AAAA"}, "jku": "http://localhost/"}')),
    ('crit', token('maria', 'a', header => '{"crit": ["b64"], "b64": false}')), ('zip', token('maria', 'a', header => '{"zip": "DEF"}')),
    ('repeated in header', signed('{"alg": "none", "alg": "HS256", "kid": "issuer"}', '{}', 'a secret of the tests, and of nobody else')),
    ('other secret', signed('{"alg": "HS256", "kid": "issuer"}', '{"sub": "maria"}', 'another secret of the tests, for next year')),
    ('no signature', regexp_replace(token('maria', 'a'), '[^.]*$', '')), ('half a signature', left(token('maria', 'a'), -20)),
    ('payload of another', split_part(token('maria', 'a'), '.', 1) || '.' || split_part(token('otto', 'a'), '.', 2) || '.' || split_part(token('maria', 'a'), '.', 3)),
    ('ECDSA zero', split_part(it #>> '{ES256,tokens,0}', '.', 1) || '.' || split_part(it #>> '{ES256,tokens,0}', '.', 2) || '.' || base64url(decode(repeat('00', 64), 'hex')))
    ) AS a (what, token);

-- signed, but it does not count: its bearer is told why
SELECT a.what, try(a.token) FROM (VALUES
    ('expired', token('maria', 'a', jsonb_build_object('exp', in_seconds(-31)))), ('no exp', token('maria', 'a', '{"exp": null}')), ('exp is text', token('maria', 'a', '{"exp": "4000000000"}')),
    ('exp 1e400', signed('{"alg": "HS256", "kid": "issuer"}', '{"iss": "https://issuer.test", "aud": "erp", "sub": "maria", "jti": "a", "exp": 1e400}', 'a secret of the tests, and of nobody else')),
    ('far future', token('maria', 'a', jsonb_build_object('exp', in_seconds(3700)))), ('negative', token('maria', 'a', '{"exp": -1}')),
    ('not yet', token('maria', 'a', jsonb_build_object('nbf', in_seconds(40)))), ('from the future', token('maria', 'a', jsonb_build_object('iat', in_seconds(40)))),
    ('nbf is text', token('maria', 'a', '{"nbf": "0"}')), ('iat is null', signed('{"alg": "HS256", "kid": "issuer"}', (jsonb_build_object('iss', 'https://issuer.test', 'aud', 'erp', 'sub', 'maria', 'jti', 'a', 'exp', in_seconds(10), 'iat', NULL))::text, 'a secret of the tests, and of nobody else')),
    ('other issuer', token('maria', 'a', '{"iss": "https://issuer.test/"}')), ('no issuer', token('maria', 'a', '{"iss": null}')), ('issuers', token('maria', 'a', '{"iss": ["https://issuer.test"]}')),
    ('other audience', token('maria', 'a', '{"aud": "erp2"}')), ('no audience', token('maria', 'a', '{"aud": null}')), ('audience among numbers', token('maria', 'a', '{"aud": ["erp", 1]}')), ('no audiences', token('maria', 'a', '{"aud": []}')),
    ('no jti', token('maria', NULL)), ('empty jti', token('maria', '')), ('long jti', token('maria', repeat('j', 256))), ('jti is a number', token('maria', 'a', '{"jti": 1}')),
    ('no person', token(NULL, 'a')), ('empty person', token('', 'a')), ('a role', token('role:alice', 'a')), ('a group', token('group:desk', 'a')), ('prefixed', token('person:maria', 'a')),
    ('with a space', token('maria ', 'a')), ('two lines', token(E'maria\notto', 'a')), ('people', token(NULL, 'a', '{"sub": ["maria"]}')), ('half a person', token(NULL, 'a', '{"sub": 1.5}')), ('long', token(repeat('m', 256), 'a')),
    ('other type', token('maria', 'a', header => '{"typ": "at+jwt"}')), ('type is a number', token('maria', 'a', header => '{"typ": 1}')),
    ('repeated claim', signed('{"alg": "HS256", "kid": "issuer"}', '{"sub": "maria", "sub": "otto"}', 'a secret of the tests, and of nobody else')),
    ('no object', signed('{"alg": "HS256", "kid": "issuer"}', '"maria"', 'a secret of the tests, and of nobody else')),
    ('deep', signed('{"alg": "HS256", "kid": "issuer"}', repeat('[', 3000), 'a secret of the tests, and of nobody else'))) AS a (what, token);
-- within the clock skew, as one of several audiences, a number as a name, and the type in any case: these count
SELECT try(t) FROM unnest(ARRAY[token('maria', '1', jsonb_build_object('exp', in_seconds(-20), 'nbf', in_seconds(20), 'iat', in_seconds(20))), token('maria', '2', '{"aud": ["crm", "erp"]}'),
    token('maria', '4', header => '{"typ": "application/JWT"}'), token('maria', '5', header => '{"typ": null}')]) AS t;
SELECT try(token(NULL, '3', '{"sub": 42}'));
RESET SESSION AUTHORIZATION;

-- a key that names another claim, type and prefix: an address that is not verified is nobody's, and two issuers never mean the same person
SELECT customer_workflow.set_identity_key('issuer', 'HS256', 'a secret of the tests, and of nobody else', 'https://issuer.test', 'erp', '{"claim": "email", "prefix": "issuer/", "typ": "at+jwt", "clock_skew": 0, "max_lifetime": 60}');
SET SESSION AUTHORIZATION attack_token_app;
SELECT try(token('x', 'b', jsonb_build_object('exp', in_seconds(50), 'email', 'maria@erp.test', 'email_verified', v), header => '{"typ": "AT+JWT"}')) FROM unnest('{"false", "\"true\""}'::jsonb[]) AS v;
SELECT try(token('x', 'b', jsonb_build_object('exp', in_seconds(50), 'email', 'maria@erp.test'), header => '{"typ": "JWT"}'));
SELECT try(token('x', 'b', jsonb_build_object('exp', in_seconds(50), 'email', 'maria@erp.test'), header => '{"typ": null}'));
SELECT try(token('x', 'b', jsonb_build_object('email', 'maria@erp.test'), header => '{"typ": "at+jwt"}'));
SELECT customer_workflow.sign_in(token('x', 'b', jsonb_build_object('exp', in_seconds(50), 'email', 'maria@erp.test', 'email_verified', true), header => '{"typ": "AT+JWT"}'));

-- neither the token nor what is wrong with an unsigned one is in the error, its context, or anything that we do with it
\set VERBOSITY verbose
\set SHOW_CONTEXT always
BEGIN;
SELECT token('maria', 'c', header => '{"kid": "other"}') AS token \gset
PREPARE sign_in (text) AS SELECT customer_workflow.sign_in($1);
EXECUTE sign_in (:'token');
ROLLBACK;
\set VERBOSITY default
\set SHOW_CONTEXT never
-- code of a maintenance command, or of a workflow, signs nobody in
RESET SESSION AUTHORIZATION;
CREATE TABLE attack_token (id int);
INSERT INTO attack_token VALUES (1);
CREATE FUNCTION attack_token(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM customer_workflow.sign_in('x'); RETURN i; END $$;
ALTER TABLE attack_token OWNER TO alice;
SELECT * FROM error_of('CREATE INDEX ON attack_token (attack_token(id))');
DROP TABLE attack_token;
DROP OWNED BY attack_token_app;
DROP ROLE attack_token_app;
