//! What a signed token says: for whom, by whom, until when, and who.

use super::Fault;
use super::key::Key;
use super::read::{MAX_NAME, Members, Token};
use serde_json::Value;

/// What a key asks of the tokens that it signs.
pub struct Terms<'a> {
    /// `iss`, exactly.
    pub issuer: &'a str,
    /// `aud` is or contains it.
    pub audience: &'a str,
    /// The claim that names the person.
    pub claim: &'a str,
    /// What goes before that name, so that two issuers cannot name the same person.
    pub prefix: &'a str,
    /// `typ` of the header; without it none or `JWT`.
    pub kind: Option<&'a str>,
    /// How far the clocks of issuer and server may be apart, in seconds.
    pub clock_skew: f64,
    /// How long before its expiry a token may be used, in seconds.
    pub max_lifetime: f64,
}

/// A token that counts, as long as its `jti` has not been used.
#[derive(Debug, PartialEq)]
pub struct Accepted {
    /// The person's name, without `person:`.
    pub name: String,
    /// Its number, to be used once.
    pub jti: String,
    /// When it expires, in seconds since 1970.
    pub expires: f64,
}

impl Token<'_> {
    /// Whether it counts `now`, in seconds since 1970.
    pub fn check(&self, key: &Key, terms: &Terms, now: f64) -> Result<Accepted, Fault> {
        let claims = self.verified(key, terms.kind)?;
        if !matches!(claims.get("iss"), Some(Value::String(issuer)) if issuer == terms.issuer) {
            return Err(Fault::Signed("Its issuer (iss) is another one."));
        }
        if !is_for(claims.get("aud"), terms.audience) {
            return Err(Fault::Signed("It is meant for another audience (aud)."));
        }
        let expires = expiry(&claims, terms, now)?;
        let jti = match claims.get("jti") {
            Some(Value::String(jti)) if !jti.is_empty() && jti.len() <= MAX_NAME && !jti.contains('\0') => jti.clone(),
            _ => return Err(Fault::Signed("It has no number (jti) of at most 255 bytes.")),
        };
        // an address that its owner has not proved is anybody's
        if terms.claim == "email" && claims.get("email_verified").is_some_and(|v| v != &Value::Bool(true)) {
            return Err(Fault::Signed("Its address (email) is not verified."));
        }
        let name = claims.get(terms.claim).and_then(name_of).ok_or(Fault::Signed("It names no person."))?;
        Ok(Accepted { name: format!("{}{name}", terms.prefix), jti, expires })
    }
}

fn is_for(audience: Option<&Value>, us: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == us,
        Some(Value::Array(all)) => all.iter().all(Value::is_string) && all.iter().any(|a| a.as_str() == Some(us)),
        _ => false,
    }
}

/// Checks `exp`, `nbf` and `iat`.
fn expiry(claims: &Members, terms: &Terms, now: f64) -> Result<f64, Fault> {
    let Some(Some(expires)) = claims.get("exp").map(seconds) else {
        return Err(Fault::Signed("It has no expiry (exp)."));
    };
    if now >= expires + terms.clock_skew {
        return Err(Fault::Signed("It has expired."));
    }
    if expires > now + terms.max_lifetime + terms.clock_skew {
        return Err(Fault::Signed("It expires too far in the future."));
    }
    for name in ["nbf", "iat"] {
        match claims.get(name).map(seconds) {
            Some(None) => return Err(Fault::Signed("One of its times (nbf, iat) cannot be read.")),
            Some(Some(from)) if from > now + terms.clock_skew => {
                return Err(Fault::Signed("It is not valid yet (nbf, iat)."));
            }
            _ => (),
        }
    }
    Ok(expires)
}

fn seconds(value: &Value) -> Option<f64> {
    value.as_number()?.as_f64().filter(|s| s.is_finite())
}

/// A person's name: a string or an integer, that looks like no other one and like no role.
fn name_of(value: &Value) -> Option<String> {
    let name = match value {
        Value::String(name) => name.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_number = || name.bytes().all(|c| c.is_ascii_digit());
    let plain = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.trim() == name
        && !name.chars().any(char::is_control)
        && !["role:", "person:", "group:"].iter().any(|kind| name.starts_with(kind))
        && (value.is_string() || is_number());
    plain.then_some(name)
}

/// The person's name in a claim of a JSON object that somebody else has verified; without a claim the text itself is the name.
pub fn name_in(text: &str, claim: Option<&str>) -> Option<String> {
    match claim {
        None => name_of(&Value::String(text.to_owned())),
        Some(claim) => serde_json::from_str::<Members>(text).ok()?.get(claim).and_then(name_of),
    }
}
