-- Tokens made by SQL, as an issuer would make them: included by the tests of sign_in(), by :tokens.
CREATE FUNCTION public.base64url(data bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(encode(data, 'base64'), E'+/=\n', '-_')
$$;
CREATE FUNCTION public.hmac_sha256(secret text, message bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    key bytea := convert_to(secret, 'UTF8');
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    IF length(key) > 64 THEN
        key := sha256(key);
    END IF;
    FOR i IN 0 .. length(key) - 1 LOOP
        inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
        outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
    END LOOP;
    RETURN sha256(outer_pad || sha256(inner_pad || message));
END
$$;
-- header and payload as they are, signed with a secret
CREATE FUNCTION public.signed(header text, payload text, secret text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT t.text || '.' || public.base64url(public.hmac_sha256(signed.secret, convert_to(t.text, 'UTF8')))
      FROM (SELECT public.base64url(convert_to(header, 'UTF8')) || '.' || public.base64url(convert_to(payload, 'UTF8'))) AS t (text)
$$;
-- a token for a person that the key "issuer" accepts for five minutes, with other claims in place of or beside those; null takes one away
CREATE FUNCTION public.token(person text, jti text, claims jsonb DEFAULT '{}', header jsonb DEFAULT '{}') RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT public.signed(jsonb_strip_nulls('{"alg": "HS256", "typ": "JWT", "kid": "issuer"}'::jsonb || token.header)::text,
                         jsonb_strip_nulls(jsonb_build_object('iss', 'https://issuer.test', 'aud', 'erp', 'sub', person, 'jti', jti,
                             'exp', floor(extract(epoch FROM clock_timestamp()))::bigint + 300) || token.claims)::text,
                         'a secret of the tests, and of nobody else')
$$;
CREATE FUNCTION public.in_seconds(seconds integer) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT to_jsonb(floor(extract(epoch FROM clock_timestamp()))::bigint + seconds)
$$;
