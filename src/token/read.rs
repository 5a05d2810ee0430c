//! The outside of a token: three parts, the header, which key.

use super::Fault;
use super::key::{Algorithm, Key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Longer ones are refused unread.
const MAX_LENGTH: usize = 8192;

/// Longest name of a key, and longest `jti`: they go into indexes and into every entry of the history.
pub const MAX_NAME: usize = 255;

/// A token whose signature nobody has checked yet.
pub struct Token<'a> {
    /// Which key it names.
    pub kid: String,
    algorithm: Option<Algorithm>,
    kind: Option<String>,
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// Reads what must be known to find the key.
pub fn read(token: &str) -> Result<Token<'_>, Fault> {
    if token.len() > MAX_LENGTH {
        return Err(Fault::Untrusted("it is longer than 8192 bytes"));
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::Untrusted("it has not three parts"));
    };
    let signed = &token[..header.len() + 1 + payload.len()];
    let header = object(header).ok_or(Fault::Untrusted("its header cannot be read"))?;
    // what must be understood, and is not
    if header.get("crit").is_some() || header.get("zip").is_some() || header.get("enc").is_some() {
        return Err(Fault::Untrusted("its header asks for an extension"));
    }
    let Some(Value::String(kid)) = header.get("kid") else {
        return Err(Fault::Untrusted("its header names no key (kid)"));
    };
    if kid.is_empty() || kid.len() > MAX_NAME || kid.contains('\0') {
        return Err(Fault::Untrusted("the name of its key (kid) is empty or too long"));
    }
    let Some(Value::String(algorithm)) = header.get("alg") else {
        return Err(Fault::Untrusted("its header names no algorithm (alg)"));
    };
    let kind = match header.get("typ") {
        None => None,
        Some(Value::String(kind)) => Some(kind.clone()),
        Some(_) => return Err(Fault::Untrusted("its type (typ) is no string")),
    };
    let algorithm = Algorithm::named(algorithm);
    Ok(Token { kid: kid.clone(), algorithm, kind, signed, payload, signature })
}

impl Token<'_> {
    /// Checks the signature by the algorithm of the key, whatever the header says, and returns the claims.
    pub(super) fn verified(&self, key: &Key, kind: Option<&str>) -> Result<Members, Fault> {
        if self.algorithm != Some(key.algorithm()) {
            return Err(Fault::Untrusted("its algorithm (alg) is not that of its key"));
        }
        if !key.verifies(self.signed.as_bytes(), self.signature) {
            return Err(Fault::Untrusted("its signature is wrong"));
        }
        let plain = |k: &str| k.strip_prefix("application/").unwrap_or(k).to_ascii_lowercase();
        let fits = match (kind, self.kind.as_deref()) {
            (Some(asked), Some(given)) => plain(asked) == plain(given),
            (Some(_), None) => false,
            (None, given) => given.is_none_or(|given| plain(given) == "jwt"),
        };
        if !fits {
            return Err(Fault::Signed("It is a token of another type (typ)."));
        }
        object(self.payload).ok_or(Fault::Signed("Its claims cannot be read."))
    }
}

fn object(part: &str) -> Option<Members> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The members of a JSON object, each of them once: of two readers one would take the first and another the last.
#[derive(Debug)]
pub struct Members(Vec<(String, Value)>);

impl Members {
    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object without repeated names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members(Vec::new());
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.get(&name).is_some() {
                        return Err(A::Error::custom("repeated name"));
                    }
                    members.0.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Once)
    }
}
