//! Signed tokens: a person is named by who signed the token, not by who passes it on.

use super::functions::refused;
use super::person::{self, By};
use crate::error::{Report, raise};
use crate::pg::function::Call;
use crate::pg::spi::Statement;
use crate::pg::{role, value};
use crate::token::{self, Accepted, Algorithm, Fault, Key, Terms};
use pgrx::pg_sys::{Datum, FLOAT8OID, TEXTOID};
use std::time::{SystemTime, UNIX_EPOCH};

static KEY: Statement = Statement::new(
    c"SELECT k.algorithm, k.key, k.issuer, k.audience, k.claim, k.prefix, k.typ, k.clock_skew, k.max_lifetime
        FROM customer_workflow.identity_key AS k WHERE k.kid OPERATOR(pg_catalog.=) $1 AND k.key IS NOT NULL",
    &[TEXTOID],
);

/// The longest clock skew is added, so that no later setting lets a number count again.
static USE: Statement = Statement::new(
    c"INSERT INTO customer_workflow.used_token (kid, jti, expires_at)
      VALUES ($1, $2, pg_catalog.to_timestamp($3) OPERATOR(pg_catalog.+) pg_catalog.make_interval(0, 0, 0, 0, 0, 5))
      ON CONFLICT DO NOTHING RETURNING 1",
    &[TEXTOID, TEXTOID, FLOAT8OID],
);

/// A few at a time: every token that comes takes away more than it adds.
static FORGET: Statement = Statement::new(
    c"DELETE FROM customer_workflow.used_token AS u
       WHERE u.ctid OPERATOR(pg_catalog.=) ANY (ARRAY(
             SELECT o.ctid FROM customer_workflow.used_token AS o
              WHERE o.expires_at OPERATOR(pg_catalog.<) pg_catalog.clock_timestamp()
              ORDER BY o.expires_at USING OPERATOR(pg_catalog.<) FETCH FIRST 3 ROWS ONLY FOR UPDATE SKIP LOCKED))",
    &[],
);

struct Stored {
    key: Key,
    issuer: String,
    audience: String,
    claim: String,
    prefix: String,
    kind: Option<String>,
    clock_skew: f64,
    max_lifetime: f64,
}

/// SQL `sign_in(token text) returns text`: names the person whom a signed token names for the rest of the transaction.
/// 28000 where the token does not count; 42501 as `act_as`.
pub fn sign_in(call: &Call) -> Option<Datum> {
    if role::in_restricted_operation() {
        raise(Report::new("42501", "cannot name a person within a security-restricted operation".to_owned()));
    }
    // whoever may not use a token learns nothing about it
    if let Err(refusal) = person::may_name(true) {
        raise(refused(refusal, ""));
    }
    let text = call.text(0).unwrap_or_default();
    let (kid, accepted) = check(&text).unwrap_or_else(|fault| raise(not_accepted(&fault)));
    let person = format!("person:{}", accepted.name);
    let by = By::Token { kid: kid.clone(), jti: accepted.jti.clone() };
    if person::named_by().as_ref() != Some(&by) {
        if let Err(refusal) = person::name_person(person.clone(), by) {
            raise(refused(refusal, &person));
        }
        use_up(&kid, &accepted);
    }
    Some(value::text(&person))
}

fn check(text: &str) -> Result<(String, Accepted), Fault> {
    let token = token::read(text)?;
    let stored = stored(&token.kid).ok_or(Fault::Untrusted("there is no key of that name (kid)"))?;
    let terms = Terms {
        issuer: &stored.issuer,
        audience: &stored.audience,
        claim: &stored.claim,
        prefix: &stored.prefix,
        kind: stored.kind.as_deref(),
        clock_skew: stored.clock_skew,
        max_lifetime: stored.max_lifetime,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
    let accepted = token.check(&stored.key, &terms, now)?;
    Ok((token.kid, accepted))
}

fn stored(kid: &str) -> Option<Stored> {
    let mut stored = None;
    KEY.read_latest(&[Some(value::text(kid))], |row| {
        let text = |n| row.text(n).unwrap_or_default();
        let seconds = |n| row.int(n).unwrap_or_default() as f64;
        stored =
            Algorithm::named(&text(1)).and_then(|algorithm| Key::new(algorithm, &text(2)).ok()).map(|key| Stored {
                key,
                issuer: text(3),
                audience: text(4),
                claim: text(5),
                prefix: text(6),
                kind: row.text(7),
                clock_skew: seconds(8),
                max_lifetime: seconds(9),
            });
    });
    stored
}

fn use_up(kid: &str, accepted: &Accepted) {
    if role::transaction_is_read_only() {
        raise(
            Report::new("25006", "a token cannot be used in a read-only transaction".to_owned())
                .detail("That it was used has to be recorded."),
        );
    }
    // what another transaction has taken away meanwhile would be an error to one that keeps its snapshot
    if !role::transaction_keeps_snapshot() {
        FORGET.run(&[], |_| ());
    }
    let args = [Some(value::text(kid)), Some(value::text(&accepted.jti)), Some(value::float8(accepted.expires))];
    if USE.run(&args, |_| ()) == 0 {
        raise(not_accepted(&Fault::Signed("It has been used.")));
    }
}

/// One message for all: who sends a token that nobody has signed is not told how near it came.
fn not_accepted(fault: &Fault) -> Report {
    let report = Report::new("28000", "the token was not accepted".to_owned());
    match fault {
        Fault::Untrusted(why) => report.detail_log(format!("customer_workflow: {why}.")),
        Fault::Signed(why) => report.detail(*why),
    }
}

/// SQL `_key_problem(algorithm text, key text) returns text`: what is wrong with a key, or null. EXECUTE for the extension's
/// owner only.
pub fn key_problem(call: &Call) -> Option<Datum> {
    let (algorithm, key) = (call.text(0)?, call.text(1)?);
    let algorithm = Algorithm::named(&algorithm)?;
    Key::new(algorithm, &key).err().map(value::text)
}
