//! Three-valued logic: what could not be read is neither true nor false.

/// Says whether something holds, or why that is not known (Kleene's strong logic).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It may or may not hold; the text says what could not be read.
    Unknown(String),
}

impl Truth {
    /// False if any is false, else unknown if any is unknown, else true.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for truth in truths {
            match truth {
                Self::False => return Self::False,
                // The first reason is the one to tell.
                Self::Unknown(_) if result == Self::True => result = truth,
                Self::Unknown(_) | Self::True => {}
            }
        }
        result
    }

    /// True if any is true, else unknown if any is unknown, else false.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        // By De Morgan, so that there is one loop to get right.
        Self::all(truths.into_iter().map(Self::negated)).negated()
    }

    /// Swaps true and false; unknown stays unknown.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown(_) => self,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_decides_only_when_nothing_else_does() {
        let unknown = || Truth::Unknown("x".into());
        let (yes, no) = (Truth::True, Truth::False);
        assert_eq!(Truth::all([]), yes);
        assert_eq!(Truth::any([]), no);
        assert_eq!(Truth::all([unknown(), no.clone()]), no);
        assert_eq!(Truth::all([unknown(), yes.clone(), Truth::Unknown("y".into())]), unknown());
        assert_eq!(Truth::any([unknown(), yes.clone()]), yes);
        assert_eq!(Truth::any([unknown(), no]), unknown());
        assert_eq!(unknown().negated(), unknown());
        assert_eq!(yes.negated(), Truth::False);
    }
}
