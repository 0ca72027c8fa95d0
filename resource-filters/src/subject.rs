//! What a rule is evaluated on.

use std::fmt;

use jiff::Timestamp;

/// Names one thing a rule can ask about a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The name a person would call it by.
    Name,
    /// The identifier that AWS deletes it by.
    Id,
    /// The ARN.
    Arn,
    /// The region, `global` for what has none.
    Region,
    /// The account id.
    Account,
    /// When it was created.
    Created,
    /// The name of the stack that owns it, or its own name if it is a stack.
    Stack,
    /// A tag of that stack.
    StackTag(String),
    /// One of its own tags.
    Tag(String),
    /// A property that its type declares.
    Property(String),
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Id => f.write_str("id"),
            Self::Arn => f.write_str("arn"),
            Self::Region => f.write_str("region"),
            Self::Account => f.write_str("account"),
            Self::Created => f.write_str("creation date"),
            Self::Stack => f.write_str("stack"),
            Self::StackTag(key) => write!(f, "stack tag `{key}`"),
            Self::Tag(key) => write!(f, "tag `{key}`"),
            Self::Property(name) => write!(f, "property `{name}`"),
        }
    }
}

/// Says what is known about one field of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Text.
    Text(String),
    /// Several texts; a rule matches if it matches any of them. None at all counts as absent.
    Texts(Vec<String>),
    /// A moment.
    Time(Timestamp),
    /// A number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// It is certain that the resource has no such thing.
    Absent,
    /// It could not be read, and why.
    Unknown(String),
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Texts(texts) => write!(f, "[{}]", texts.join(", ")),
            Self::Time(time) => write!(f, "{time}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Absent => f.write_str("absent"),
            Self::Unknown(why) => write!(f, "unknown: {why}"),
        }
    }
}

/// Answers the questions that rules ask about one resource.
pub trait Subject {
    /// Returns the canonical name of its type.
    fn resource_type(&self) -> &str;

    /// Returns what is known about a field.
    ///
    /// # Behavior
    /// - What was not read, or could not be, is [`Known::Unknown`], never [`Known::Absent`].
    /// - A property that the type does not declare is [`Known::Absent`].
    fn field(&self, field: &Field) -> Known;
}
