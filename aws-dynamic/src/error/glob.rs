//! Patterns of the error table.

/// Returns whether `text` matches `pattern`, in which `*` stands for any text and case does not count.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where to go back to when the characters after the last `*` do not fit.
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Returns whether `text` contains `part`, whatever the case.
pub(super) fn contains(text: &str, part: &str) -> bool {
    part.is_empty()
        || text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_text() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("Throttl*", "ThrottlingException", true),
            ("*NotFound*", "InvalidVpcID.NotFound", true),
            ("*NotFound", "NotFoundException", false),
            ("Invalid*State*", "InvalidDBInstanceStateFault", true),
            ("Invalid*State*", "InvalidParameterValue", false),
            ("a*b*c", "aXbYbZc", true),
            ("nosuch*", "NoSuchKey", true),
            ("exact", "exactly", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn contains_ignores_case() {
        assert!(contains("Rate Exceeded", "rate exceeded"));
        assert!(!contains("Rate", "rate exceeded"));
    }
}
