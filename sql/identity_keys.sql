-- The keys by which sign_in() verifies tokens. Nobody but the extension's owner reads them.

CREATE FUNCTION customer_workflow._key_options(options jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known CONSTANT text[] := '{claim,clock_skew,max_lifetime,prefix,typ}';
    bad text;
BEGIN
    IF jsonb_typeof(options) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'options must be a JSON object',
            HINT = 'Valid options are: ' || array_to_string(known, ', ') || '.';
    END IF;
    SELECT o.name INTO bad FROM jsonb_object_keys(options) AS o (name) WHERE o.name <> ALL (known) ORDER BY o.name LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('identity keys have no option "%s"', bad),
            HINT = 'Valid options are: ' || array_to_string(known, ', ') || '.';
    END IF;
    SELECT o.name INTO bad FROM jsonb_each(options) AS o (name, value)
     WHERE CASE WHEN o.name = 'clock_skew' THEN coalesce(o.value::text !~ '^\d{1,3}$' OR o.value::text::integer > 300, true)
                WHEN o.name = 'max_lifetime' THEN o.value::text !~ '^[1-9]\d{0,9}$' OR o.value::text::bigint > 2147483647
                ELSE jsonb_typeof(o.value) <> 'string' OR o.name <> 'prefix' AND o.value = '""' OR o.value #>> '{}' ~ '[[:cntrl:]]'
                     OR o.name = 'prefix' AND o.value #>> '{}' ~ '^(role|person|group):|^\s' END
     ORDER BY o.name LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('%s is not a value of option "%s" of an identity key', options -> bad, bad),
            HINT = CASE bad WHEN 'clock_skew' THEN 'It is a number of seconds from 0 to 300.'
                            WHEN 'max_lifetime' THEN 'It is a number of seconds.'
                            WHEN 'claim' THEN 'It is the name of a claim of the tokens, "sub" for example.'
                            WHEN 'typ' THEN 'It is the type in the header of the tokens, "at+jwt" for example.'
                            ELSE 'It is a text that goes before the name of the person.' END;
    END IF;
    RETURN '{"claim": "sub", "prefix": "", "clock_skew": 30, "max_lifetime": 3600}' || options;
END
$$;
COMMENT ON FUNCTION customer_workflow._key_options(jsonb) IS 'The options of an identity key with their defaults; error 22023 where one is wrong';

CREATE FUNCTION customer_workflow._key_described(key customer_workflow.identity_key) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN key.kid IS NULL OR key.retired_at IS NOT NULL THEN NULL
                ELSE to_jsonb(key) - '{kid,key,added_at,retired_at}'::text[]
                     -- what would tell a secret to who tries many is not kept
                     || CASE WHEN key.algorithm = 'HS256' THEN '{}'
                             ELSE jsonb_build_object('fingerprint', encode(sha256(convert_to(key.key, 'UTF8')), 'hex')) END END
$$;
COMMENT ON FUNCTION customer_workflow._key_described(customer_workflow.identity_key) IS 'An identity key as the history has it: without the key itself';

CREATE FUNCTION customer_workflow.set_identity_key(kid text, algorithm text, key text, issuer text, audience text, options jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before customer_workflow.identity_key;
    after customer_workflow.identity_key;
    missing text;
    problem text;
BEGIN
    IF customer_workflow._gated('set_identity_key', NULL, jsonb_build_object('kid', set_identity_key.kid, 'algorithm', set_identity_key.algorithm, 'key', set_identity_key.key, 'issuer', set_identity_key.issuer, 'audience', set_identity_key.audience, 'options', set_identity_key.options), CASE WHEN set_identity_key.algorithm = 'HS256' THEN '{key}'::text[] ELSE '{}' END) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    SELECT a.name INTO missing FROM unnest('{kid,algorithm,key,issuer,audience}'::text[],
        ARRAY[set_identity_key.kid, set_identity_key.algorithm, set_identity_key.key, set_identity_key.issuer, set_identity_key.audience]) AS a (name, value)
     WHERE a.value IS NULL OR a.value !~ '\S' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s must not be null or empty', missing);
    ELSIF octet_length(set_identity_key.kid) > 255 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'kid must not be longer than 255 bytes';
    ELSIF set_identity_key.algorithm NOT IN ('HS256', 'ES256', 'RS256', 'EdDSA') THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is not an algorithm of identity keys', set_identity_key.algorithm),
            HINT = 'Valid algorithms are: HS256, ES256, RS256, EdDSA.';
    END IF;
    problem := customer_workflow._key_problem(set_identity_key.algorithm, set_identity_key.key);
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('identity key "%s" cannot verify signatures of %s', set_identity_key.kid, set_identity_key.algorithm),
            DETAIL = upper(left(problem, 1)) || substr(problem, 2) || '.',
            HINT = CASE set_identity_key.algorithm WHEN 'HS256' THEN 'Give a random secret of at least 32 bytes, or a JWK of kind oct.'
                                                   ELSE 'Give the issuer''s public key, in PEM or as a JWK.' END;
    END IF;
    after := jsonb_populate_record(NULL::customer_workflow.identity_key, customer_workflow._key_options(set_identity_key.options)
        || jsonb_build_object('kid', set_identity_key.kid, 'algorithm', set_identity_key.algorithm, 'key', set_identity_key.key,
                              'issuer', set_identity_key.issuer, 'audience', set_identity_key.audience, 'added_at', now()));
    SELECT k.* INTO before FROM customer_workflow.identity_key AS k WHERE k.kid = set_identity_key.kid FOR UPDATE;
    INSERT INTO customer_workflow.identity_key AS k SELECT after.*
        ON CONFLICT ON CONSTRAINT identity_key_pkey DO UPDATE
           SET (algorithm, key, issuer, audience, claim, prefix, typ, clock_skew, max_lifetime, added_at, retired_at)
             = (EXCLUDED.algorithm, EXCLUDED.key, EXCLUDED.issuer, EXCLUDED.audience, EXCLUDED.claim, EXCLUDED.prefix, EXCLUDED.typ,
                EXCLUDED.clock_skew, EXCLUDED.max_lifetime, EXCLUDED.added_at, NULL);
    PERFORM customer_workflow._log('set_identity_key', NULL, NULL, NULL, jsonb_build_object('kid', set_identity_key.kid,
        'key', jsonb_build_object('old', customer_workflow._key_described(before), 'new', customer_workflow._key_described(after)),
        'changed', before.key IS DISTINCT FROM after.key));
END
$$;
COMMENT ON FUNCTION customer_workflow.set_identity_key(text, text, text, text, text, jsonb)
    IS 'Tokens that name this key and are signed by it count in sign_in(), if issuer and audience are these; pass the key as a bind parameter';

CREATE FUNCTION customer_workflow.remove_identity_key(kid text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before customer_workflow.identity_key;
BEGIN
    IF customer_workflow._gated('remove_identity_key', NULL, jsonb_build_object('kid', remove_identity_key.kid)) THEN
        RETURN;
    END IF;
    PERFORM customer_workflow._require_owns_database();
    SELECT k.* INTO before FROM customer_workflow.identity_key AS k WHERE k.kid = remove_identity_key.kid AND k.retired_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no identity key "%s"', coalesce(remove_identity_key.kid, '')),
            HINT = 'The view customer_workflow.identity_keys shows them.';
    END IF;
    UPDATE customer_workflow.identity_key AS k SET key = NULL, retired_at = now() WHERE k.kid = remove_identity_key.kid;
    PERFORM customer_workflow._log('remove_identity_key', NULL, NULL, NULL, jsonb_build_object('kid', remove_identity_key.kid,
        'key', jsonb_build_object('old', customer_workflow._key_described(before), 'new', NULL)));
END
$$;
COMMENT ON FUNCTION customer_workflow.remove_identity_key(text) IS 'Tokens of this key do not count any more; the key itself is erased';

CREATE VIEW customer_workflow.identity_keys WITH (security_barrier) AS
SELECT k.kid, k.algorithm, k.issuer, k.audience, k.claim, k.prefix, k.typ, k.clock_skew, k.max_lifetime, k.added_at, k.retired_at
  FROM customer_workflow.identity_key AS k
 WHERE (SELECT customer_workflow._owns_database())
 ORDER BY k.kid;
COMMENT ON VIEW customer_workflow.identity_keys IS 'For the database owner: the keys of signed tokens, without the keys themselves';
COMMENT ON COLUMN customer_workflow.identity_keys.kid IS 'Its name, by which a token says which key has signed it';
COMMENT ON COLUMN customer_workflow.identity_keys.algorithm IS 'The algorithm of its signatures';
COMMENT ON COLUMN customer_workflow.identity_keys.issuer IS 'The issuer (iss) of its tokens';
COMMENT ON COLUMN customer_workflow.identity_keys.audience IS 'For whom they are (aud)';
COMMENT ON COLUMN customer_workflow.identity_keys.claim IS 'The claim that names the person';
COMMENT ON COLUMN customer_workflow.identity_keys.prefix IS 'What goes before that name';
COMMENT ON COLUMN customer_workflow.identity_keys.typ IS 'The type (typ) of its tokens; null: none, or JWT';
COMMENT ON COLUMN customer_workflow.identity_keys.clock_skew IS 'How many seconds the clocks may be apart';
COMMENT ON COLUMN customer_workflow.identity_keys.max_lifetime IS 'How many seconds before its expiry a token may be used';
COMMENT ON COLUMN customer_workflow.identity_keys.added_at IS 'When it was last set';
COMMENT ON COLUMN customer_workflow.identity_keys.retired_at IS 'When it was removed; null: its tokens count';

REVOKE EXECUTE ON FUNCTION customer_workflow._key_options(jsonb), customer_workflow._key_described(customer_workflow.identity_key) FROM PUBLIC;
GRANT SELECT ON customer_workflow.identity_keys TO PUBLIC;
