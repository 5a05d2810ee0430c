//! JSON of any depth, as far as a definition may go.

use serde_json::Value;

/// Levels of JSON that are read: serde reads no more of them.
pub const MAX_LEVELS: usize = 127;

/// Reads JSON. What is deeper than [`MAX_LEVELS`] becomes null, so that a definition that is too deep is still told where.
///
/// # Errors
/// Text that is no JSON.
pub fn read(text: &str) -> Result<Value, String> {
    serde_json::from_str(&cut(text)).map_err(|e| e.to_string())
}

fn cut(text: &str) -> String {
    let (mut out, mut level, mut quoted, mut escaped) = (String::with_capacity(text.len()), 0usize, false, false);
    for c in text.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else {
            match c {
                '"' => quoted = true,
                '{' | '[' => {
                    level += 1;
                    if level == MAX_LEVELS + 1 {
                        out.push_str("null");
                    }
                }
                '}' | ']' => {
                    level = level.saturating_sub(1);
                    if level == MAX_LEVELS {
                        continue;
                    }
                }
                _ => {}
            }
        }
        if level <= MAX_LEVELS {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_too_deep_is_left_alone() {
        for text in [r#"{"a":["}]","\\\"{",{"b":"\\"}],"c":1e400}"#, "[]", "\"[\"", "17"] {
            assert_eq!(read(text).unwrap().to_string(), text.replace("1e400", "1e+400"));
        }
        assert!(read("{").is_err());
    }

    #[test]
    fn what_is_too_deep_is_null() {
        let nested = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(read(&nested(MAX_LEVELS)).unwrap().to_string(), nested(MAX_LEVELS));
        for n in [MAX_LEVELS + 1, 100_000] {
            let expected = nested(MAX_LEVELS).replace('1', "null");
            assert_eq!(read(&nested(n)).unwrap().to_string(), expected);
        }
        let pair = format!("{0}[[1],2]{1}", "[".repeat(MAX_LEVELS - 1), "]".repeat(MAX_LEVELS - 1));
        assert_eq!(read(&pair).unwrap().to_string(), pair.replace("[1]", "null"));
    }
}
