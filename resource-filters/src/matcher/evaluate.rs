//! Compares what is known with what a matcher says.

use std::borrow::Cow;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::matcher::instant::parse_instant;
use crate::matcher::operator::Operand;
use crate::matcher::{Matcher, Operator};
use crate::subject::{Field, Known};
use crate::truth::Truth;

impl Matcher {
    /// Evaluates the matcher.
    ///
    /// # Behavior
    /// - Unknown stays unknown, whatever the operator.
    /// - Absent makes every operator false, except `exists: false` and `not`. The creation date is the exception: AWS
    ///   always created a thing at some time, so a date operator on an absent one is unknown.
    /// - Of several texts, one must satisfy all operators; `not` looks at all of them.
    pub(crate) fn evaluate(&self, field: &Field, known: &Known, now: Timestamp) -> Truth {
        let elements: Vec<One<'_>> = match known {
            Known::Unknown(why) => return Truth::Unknown(format!("{field} could not be read: {why}")),
            Known::Absent => Vec::new(),
            Known::Text(text) => vec![One::Text(text)],
            Known::Texts(texts) => texts.iter().map(|text| One::Text(text)).collect(),
            Known::Time(time) => vec![One::Time(*time)],
            Known::Number(number) => vec![One::Number(*number)],
            Known::Bool(value) => vec![One::Bool(*value)],
        };
        let whole = self.operators.iter().filter_map(|operator| match operator {
            Operator::Exists(expected) => Some(Truth::from(elements.is_empty() != *expected)),
            Operator::Not(inner) => Some(inner.evaluate(field, known, now).negated()),
            _ => None,
        });
        Truth::all(whole.chain(std::iter::once_with(|| self.any_element(field, &elements, now))))
    }

    fn any_element(&self, field: &Field, elements: &[One<'_>], now: Timestamp) -> Truth {
        let mut comparing = self.operators.iter().filter(|operator| operator.compares()).peekable();
        if comparing.peek().is_none() {
            return Truth::True;
        }
        if elements.is_empty() {
            let dated = comparing.all(|operator| operator.is_about_dates());
            return if dated && *field == Field::Created {
                Truth::Unknown("it has no creation date".into())
            } else {
                Truth::False
            };
        }
        let comparing: Vec<&Operator> = comparing.collect();
        Truth::any(elements.iter().map(|element| {
            Truth::all(comparing.iter().map(|operator| operator.compare(field, element, now)))
        }))
    }
}

impl Operator {
    /// Returns true for operators that look at one value, not at the field as a whole.
    fn compares(&self) -> bool {
        !matches!(self, Self::Exists(_) | Self::Not(_))
    }

    fn is_about_dates(&self) -> bool {
        matches!(self, Self::OlderThan(_) | Self::NewerThan(_) | Self::Before(_) | Self::After(_))
    }

    fn compare(&self, field: &Field, one: &One<'_>, now: Timestamp) -> Truth {
        let number = |holds: fn(f64, f64) -> bool, limit: f64| match one.number() {
            Some(number) => holds(number, limit).into(),
            None => Truth::Unknown(format!("{field} is `{}`, which is not a number", one.text())),
        };
        let time = |holds: &dyn Fn(Timestamp) -> bool| match one.time() {
            Some(time) => holds(time).into(),
            None => Truth::Unknown(format!("{field} is `{}`, which is not a date", one.text())),
        };
        match self {
            Self::Exact(operand) => operand.equals(one).into(),
            Self::In(operands) => operands.iter().any(|operand| operand.equals(one)).into(),
            Self::Contains(part) => one.text().contains(part.as_str()).into(),
            Self::Prefix(part) => one.text().starts_with(part.as_str()).into(),
            Self::Suffix(part) => one.text().ends_with(part.as_str()).into(),
            Self::Glob(glob) => glob.is_match(&*one.text()).into(),
            Self::Regex(regex) => regex.is_match(&one.text()).into(),
            Self::OlderThan(age) => time(&|time| is_older(time, *age, now)),
            Self::NewerThan(age) => time(&|time| !is_older(time, *age, now)),
            Self::Before(limit) => time(&|time| time < *limit),
            Self::After(limit) => time(&|time| time >= *limit),
            Self::Greater(limit) => number(|number, limit| number > limit, *limit),
            Self::GreaterOrEqual(limit) => number(|number, limit| number >= limit, *limit),
            Self::Less(limit) => number(|number, limit| number < limit, *limit),
            Self::LessOrEqual(limit) => number(|number, limit| number <= limit, *limit),
            Self::Exists(_) | Self::Not(_) => Truth::True,
        }
    }
}

fn is_older(time: Timestamp, age: Duration, now: Timestamp) -> bool {
    // An age beyond what fits is older than anything there is.
    SignedDuration::try_from(age).is_ok_and(|age| now.duration_since(time) > age)
}

/// One present value.
enum One<'k> {
    Text(&'k str),
    Time(Timestamp),
    Number(f64),
    Bool(bool),
}

impl One<'_> {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Time(time) => Cow::Owned(time.to_string()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
        }
    }

    fn number(&self) -> Option<f64> {
        let number = match self {
            Self::Text(text) => text.trim().parse().ok()?,
            Self::Number(number) => *number,
            Self::Time(_) | Self::Bool(_) => return None,
        };
        number.is_finite().then_some(number)
    }

    fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => parse_instant(text.trim()),
            Self::Number(_) | Self::Bool(_) => None,
        }
    }
}

impl Operand {
    fn equals(&self, one: &One<'_>) -> bool {
        match (self, one) {
            (Self::Text(wanted), One::Text(text)) => wanted == text,
            (Self::Text(wanted), One::Number(number)) => {
                wanted.parse::<f64>().is_ok_and(|wanted| is_same(wanted, *number))
            }
            (Self::Text(wanted), One::Time(time)) => parse_instant(wanted) == Some(*time),
            (Self::Integer(wanted), One::Text(text)) => wanted.to_string() == *text,
            #[expect(
                clippy::cast_precision_loss,
                reason = "a property beyond 2^53 is no exact number anyway"
            )]
            (Self::Integer(wanted), One::Number(number)) => is_same(*wanted as f64, *number),
            // A tag says `True` or `true` depending on who wrote it, and YAML reads both as the boolean.
            (Self::Bool(wanted), One::Text(text)) => {
                text.eq_ignore_ascii_case(if *wanted { "true" } else { "false" })
            }
            (Self::Text(wanted), One::Bool(value)) => wanted == if *value { "true" } else { "false" },
            (Self::Bool(wanted), One::Bool(value)) => wanted == value,
            (Self::Integer(_), One::Time(_) | One::Bool(_))
            | (Self::Bool(_), One::Time(_) | One::Number(_)) => false,
        }
    }
}

#[expect(clippy::float_cmp, reason = "`exact` means exactly")]
fn is_same(a: f64, b: f64) -> bool {
    a == b
}

#[cfg(test)]
mod tests;
