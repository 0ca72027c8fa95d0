/// Whether text is colored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// With colors.
    Color,
    /// Without.
    Plain,
}

/// What a piece of text means, which decides its color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing special.
    #[default]
    Normal,
    /// A heading.
    Strong,
    /// Of little interest.
    Faint,
    /// As it should be.
    Good,
    /// Something to look at.
    Doubt,
    /// Wrong.
    Bad,
}

impl Paint {
    /// The text in the color of its meaning.
    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Normal => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Doubt => "33",
            Tone::Bad => "31",
        };
        match self {
            Self::Color if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }

    /// A failure message, with its first word in color on every line that has one.
    pub(crate) fn failure(self, message: &str) -> String {
        let line = |line: &str| {
            for word in ["error:", "refused:"] {
                if let Some(rest) = line.strip_prefix(word) {
                    return format!("{}{rest}", self.tone(Tone::Bad, word));
                }
            }
            line.to_owned()
        };
        message.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_holds_no_escape_sequences() {
        assert_eq!(Paint::Plain.tone(Tone::Bad, "no"), "no");
        assert_eq!(Paint::Plain.failure("error: no\n  help: yes"), "error: no\n  help: yes");
        assert_eq!(Paint::Color.tone(Tone::Bad, "no"), "\x1b[31mno\x1b[0m");
        assert_eq!(Paint::Color.failure("error: no"), "\x1b[31merror:\x1b[0m no");
    }
}
