//! Any text as a signed token, as a key and as claims that somebody else has verified: nothing is accepted without the signature.
#![no_main]

use engine::token::{Algorithm, Key, Terms, name_in, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    for name in ["HS256", "ES256", "RS256", "EdDSA"] {
        if let Some(algorithm) = Algorithm::named(name) {
            let _ = Key::new(algorithm, rest);
        }
    }
    name_in(first, Some("sub"));
    name_in(first, None);
    let Some(algorithm) = Algorithm::named("HS256") else { return };
    let Ok(key) = Key::new(algorithm, "a secret that no input of this target knows, of many characters") else {
        return;
    };
    let terms =
        Terms { issuer: "i", audience: "a", claim: "sub", prefix: "", kind: None, clock_skew: 1e9, max_lifetime: 1e9 };
    if let Ok(token) = read(first) {
        assert!(token.check(&key, &terms, 1.79e9).is_err());
    }
});
