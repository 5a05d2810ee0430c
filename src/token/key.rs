//! Keys and signatures. The cryptography is that of the crate `jsonwebtoken`; claims it never sees.

use jsonwebtoken::crypto;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use serde_json::Value;

/// How tokens may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256: issuer and database share a secret.
    Hs256,
    /// ECDSA on the curve P-256.
    Es256,
    /// RSA, PKCS #1 version 1.5.
    Rs256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// By its name in a header, to the letter. There is no `none`.
    pub fn named(name: &str) -> Option<Algorithm> {
        match name {
            "HS256" => Some(Algorithm::Hs256),
            "ES256" => Some(Algorithm::Es256),
            "RS256" => Some(Algorithm::Rs256),
            "EdDSA" => Some(Algorithm::EdDsa),
            _ => None,
        }
    }

    fn of_crate(self) -> jsonwebtoken::Algorithm {
        match self {
            Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

/// A key that verifies signatures of one algorithm and no other.
pub struct Key {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Key {
    /// From PEM (`PUBLIC KEY`), a JWK, or for HS256 the secret itself; or what is wrong with it.
    pub fn new(algorithm: Algorithm, text: &str) -> Result<Key, &'static str> {
        let text = text.trim();
        let key = if text.starts_with('{') {
            from_jwk(algorithm, text)?
        } else if algorithm == Algorithm::Hs256 {
            if text.contains("-----BEGIN") {
                return Err("a public key is no secret");
            }
            DecodingKey::from_secret(text.as_bytes())
        } else {
            from_pem(algorithm, text)?
        };
        let wrong = match (algorithm, key.kind()) {
            (Algorithm::Hs256, DecodingKeyKind::SecretOrDer(secret)) => {
                (secret.len() < 32).then_some("a secret needs at least 32 bytes")
            }
            (Algorithm::Es256, DecodingKeyKind::SecretOrDer(point)) => {
                (point.len() != 65).then_some("it is no key of the curve P-256")
            }
            (Algorithm::EdDsa, DecodingKeyKind::SecretOrDer(point)) => {
                (point.len() != 32).then_some("it is no key of the curve Ed25519")
            }
            (Algorithm::Rs256, DecodingKeyKind::SecretOrDer(der)) => match components(der) {
                Some((n, e)) => wrong_rsa(n, e),
                None => Some("it is no RSA key"),
            },
            (Algorithm::Rs256, DecodingKeyKind::RsaModulusExponent { n, e }) => wrong_rsa(n, e),
            _ => Some("it is a key for another algorithm"),
        };
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        // a point that is not on its curve
        crypto::verify("", b"", &key, algorithm.of_crate()).map_err(|_| "it is a key for another algorithm")?;
        Ok(Key { algorithm, key })
    }

    /// Its algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the signature (base64url) is one of this message.
    pub(super) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        crypto::verify(signature, message, &self.key, self.algorithm.of_crate()).unwrap_or(false)
    }
}

fn from_pem(algorithm: Algorithm, text: &str) -> Result<DecodingKey, &'static str> {
    if text.contains("PRIVATE KEY") {
        return Err("it is a private key, which belongs to the issuer alone");
    }
    if !text.starts_with("-----BEGIN PUBLIC KEY-----") && !text.starts_with("-----BEGIN RSA PUBLIC KEY-----") {
        return Err("it is neither a public key in PEM nor a JWK");
    }
    match algorithm {
        Algorithm::Es256 => DecodingKey::from_ec_pem(text.as_bytes()),
        Algorithm::Rs256 => DecodingKey::from_rsa_pem(text.as_bytes()),
        _ => DecodingKey::from_ed_pem(text.as_bytes()),
    }
    .map_err(|_| "it cannot be read as a key for this algorithm")
}

fn from_jwk(algorithm: Algorithm, text: &str) -> Result<DecodingKey, &'static str> {
    let json: Value = serde_json::from_str(text).map_err(|_| "it is no JWK")?;
    if json.get("d").is_some() {
        return Err("it is a private key, which belongs to the issuer alone");
    }
    if json.get("use").is_some_and(|u| u != "sig") {
        return Err("it is no key for signatures");
    }
    if json.get("alg").is_some_and(|a| a.as_str().and_then(Algorithm::named) != Some(algorithm)) {
        return Err("it is a key for another algorithm");
    }
    let curve = json.get("crv").and_then(Value::as_str);
    let fits = match json.get("kty").and_then(Value::as_str) {
        Some("oct") => algorithm == Algorithm::Hs256,
        Some("EC") => algorithm == Algorithm::Es256 && curve == Some("P-256"),
        Some("OKP") => algorithm == Algorithm::EdDsa && curve == Some("Ed25519"),
        Some("RSA") => algorithm == Algorithm::Rs256,
        _ => false,
    };
    if !fits {
        return Err("it is a key for another algorithm");
    }
    let jwk: Jwk = serde_json::from_value(json).map_err(|_| "it is no JWK")?;
    DecodingKey::from_jwk(&jwk).map_err(|_| "it is no JWK")
}

/// RFC 7518 asks for 2048 bits; more than 4096 the library refuses, since they would take long.
fn wrong_rsa(n: &[u8], e: &[u8]) -> Option<&'static str> {
    let strip = |bytes: &[u8]| bytes.iter().position(|b| *b != 0).map_or(0, |first| bytes.len() - first);
    match strip(n) {
        256..=512 if strip(e) <= 4 && e.last().is_some_and(|b| b % 2 == 1) && e != [1] => None,
        256..=512 => Some("its exponent is not one of an RSA key"),
        _ => Some("an RSA key needs 2048 to 4096 bits"),
    }
}

/// Modulus and exponent of an `RSAPublicKey` (PKCS #1) in DER.
fn components(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, rest) = element(der, 0x30)?;
    let (n, more) = element(sequence, 0x02)?;
    let (e, end) = element(more, 0x02)?;
    (rest.is_empty() && end.is_empty()).then_some((n, e))
}

/// The contents of the element with this tag that the bytes begin with, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, der) = der.split_first()?;
    let (&first, der) = der.split_first()?;
    let (length, der) = match first {
        0..=0x7f => (usize::from(first), der),
        0x81 => (usize::from(*der.first()?), &der[1..]),
        0x82 => (usize::from(*der.first()?) << 8 | usize::from(*der.get(1)?), &der[2..]),
        _ => return None,
    };
    (found == tag && der.len() >= length).then(|| der.split_at(length))
}
