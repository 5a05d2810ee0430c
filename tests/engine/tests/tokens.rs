//! Signed tokens: only what the issuer has signed, and says all that it must, counts; nothing makes the reader panic.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::token::{Accepted, Algorithm, Fault, Key, Terms, name_in, read};
use jsonwebtoken::{EncodingKey, crypto};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const SECRET: &str = "a secret of the tests, and of nobody else";
const NOW: f64 = 1_800_000_000.0;

const TERMS: Terms = Terms {
    issuer: "issuer",
    audience: "erp",
    claim: "sub",
    prefix: "",
    kind: None,
    clock_skew: 30.0,
    max_lifetime: 3600.0,
};

fn signed_text(header: &str, payload: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = crypto::sign(text.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{text}.{signature}")
}

fn signed(claims: &Value) -> String {
    signed_text(r#"{"alg": "HS256", "kid": "k"}"#, &claims.to_string())
}

fn good() -> Map<String, Value> {
    let claims =
        json!({"iss": "issuer", "aud": "erp", "sub": "maria", "jti": "1", "exp": NOW as u64 + 300, "iat": NOW as u64});
    claims.as_object().unwrap().clone()
}

fn check(token: &str) -> Result<Accepted, Fault> {
    read(token)?.check(&Key::new(Algorithm::Hs256, SECRET).unwrap(), &TERMS, NOW)
}

/// Any JSON, times and names among it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        (-400.0..4000.0).prop_map(|s: f64| Value::from(NOW + s)),
        any::<f64>().prop_map(|f| serde_json::Number::from_f64(f).map_or(Value::Null, Value::Number)),
        ".{0,300}".prop_map(Value::from),
        prop_oneof!["issuer", "erp", "maria", "role:x", ""].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,5}", inner), 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// What a claim must be for a token to count, said once more and in another way.
fn counts(claims: &Map<String, Value>) -> bool {
    let time = |name: &str| claims.get(name).map(|v| v.as_number().and_then(|n| n.as_f64()).filter(|s| s.is_finite()));
    let not_later = |name: &str| match time(name) {
        None => true,
        Some(t) => t.is_some_and(|t| t <= NOW + 30.0),
    };
    let audience = match claims.get("aud") {
        Some(Value::Array(all)) => all.contains(&json!("erp")) && all.iter().all(Value::is_string),
        other => other == Some(&json!("erp")),
    };
    let text = |v: &Value| v.as_str().map(|s| (1..=255).contains(&s.len()) && !s.contains('\0'));
    claims.get("iss") == Some(&json!("issuer"))
        && audience
        && time("exp").flatten().is_some_and(|t| NOW < t + 30.0 && t <= NOW + 3630.0)
        && not_later("nbf")
        && not_later("iat")
        && claims.get("jti").is_some_and(|v| text(v) == Some(true))
        && claims.get("sub").is_some_and(|v| match v {
            Value::Number(n) => n.to_string().chars().all(|c| c.is_ascii_digit()),
            Value::String(s) => {
                text(v) == Some(true)
                    && s.trim().len() == s.len()
                    && !s.chars().any(|c| c.is_control())
                    && ["role", "person", "group"].iter().all(|k| s.split_once(':').is_none_or(|(kind, _)| kind != *k))
            }
            _ => false,
        })
}

#[test]
fn a_good_token_counts() {
    let expected = Accepted { name: "maria".into(), jti: "1".into(), expires: NOW + 300.0 };
    assert_eq!(check(&signed(&Value::Object(good()))), Ok(expected));
}

#[test]
fn every_claim_but_iat_is_needed() {
    for name in ["iss", "aud", "sub", "jti", "exp", "iat"] {
        let mut claims = good();
        claims.remove(name);
        assert_eq!(check(&signed(&Value::Object(claims))).is_ok(), name == "iat", "{name}");
    }
}

#[test]
fn what_is_too_long_is_not_read() {
    assert_eq!(read(&"a".repeat(8193)).err(), Some(Fault::Untrusted("it is longer than 8192 bytes")));
}

#[test]
fn a_header_that_repeats_a_name_is_none() {
    let payload = Value::Object(good()).to_string();
    for header in [r#"{"alg": "HS256", "kid": "x", "kid": "k"}"#, r#"{"alg": "none", "kid": "k", "alg": "HS256"}"#] {
        assert!(read(&signed_text(header, &payload)).is_err());
    }
}

proptest! {
    #[test]
    fn no_text_counts(text in "\\PC{0,200}", parts in prop::collection::vec("[A-Za-z0-9_.=-]{0,80}", 0..5)) {
        prop_assert!(check(&text).is_err());
        prop_assert!(check(&parts.join(".")).is_err());
    }

    #[test]
    fn no_header_and_claims_count_unsigned(header in any_json(), claims in any_json(), signature in prop::collection::vec(any::<u8>(), 0..64)) {
        let encode = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
        let token = format!("{}.{}.{}", encode(&header), encode(&claims), URL_SAFE_NO_PAD.encode(&signature));
        prop_assert!(check(&token).is_err());
        let header = json!({"alg": "HS256", "kid": "k"});
        let token = format!("{}.{}.{}", encode(&header), encode(&Value::Object(good())), URL_SAFE_NO_PAD.encode(&signature));
        let found = check(&token);
        prop_assert!(matches!(found, Err(Fault::Untrusted(_))));
    }

    #[test]
    fn one_changed_byte_is_noticed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let token = signed(&Value::Object(good()));
        let mut bytes = token.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(check(&changed).is_err(), "{changed}");
        }
    }

    #[test]
    fn a_signed_token_counts_if_its_claims_do(changes in prop::collection::vec(
        (prop::sample::select(vec!["iss", "aud", "sub", "jti", "exp", "nbf", "iat", "other"]), any_json()), 0..3)) {
        let mut claims = good();
        for (name, value) in changes {
            claims.insert(name.to_owned(), value);
        }
        let found = check(&signed(&Value::Object(claims.clone())));
        prop_assert_eq!(found.is_ok(), counts(&claims), "{:?}: {:?}", claims, found);
        let signed = !matches!(found, Err(Fault::Untrusted(_)));
        prop_assert!(signed);
    }

    #[test]
    fn signed_nonsense_does_not_count(header in any_json(), payload in "\\PC{0,100}") {
        prop_assert!(check(&signed_text(&header.to_string(), &payload)).is_err());
        let found = check(&signed_text(r#"{"alg": "HS256", "kid": "k"}"#, &payload));
        prop_assert!(matches!(found, Err(Fault::Signed(_))));
    }

    #[test]
    fn no_text_makes_the_reader_of_keys_panic(text in "\\PC{0,200}", json in any_json(), kty in prop::sample::select(vec!["oct", "EC", "OKP", "RSA"]),
                                              part in "[A-Za-z0-9_-]{0,90}") {
        let crv = if kty == "EC" { "P-256" } else { "Ed25519" };
        let jwk = json!({"kty": kty, "crv": crv, "x": part, "y": part, "n": part, "e": part, "k": part}).to_string();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64::engine::general_purpose::STANDARD.encode(&part));
        for algorithm in [Algorithm::Hs256, Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
            for key in [&text, &json.to_string(), &jwk, &pem] {
                if let Ok(key) = Key::new(algorithm, key) {
                    prop_assert!(read(&signed(&Value::Object(good()))).unwrap().check(&key, &TERMS, NOW).is_err());
                }
            }
        }
    }

    #[test]
    fn a_setting_names_whom_its_claim_names(claims in any_json(), text in "\\PC{0,50}") {
        let named = name_in(&claims.to_string(), Some("sub"));
        prop_assert_eq!(named.is_some(), claims.get("sub").is_some_and(|_| {
            let mut all = good();
            all.insert("sub".to_owned(), claims["sub"].clone());
            counts(&all)
        }));
        prop_assert!(name_in(&text, None).is_none_or(|name| name == text));
    }
}
