use std::borrow::Cow;

use cleaner_core::event::ItemRef;

/// The text without control characters: a name from an account must not steer the terminal.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// How people call a resource: the name, and the id where the name does not tell.
pub(super) fn called(id: &str, name: &str) -> String {
    if name.is_empty() || name == id {
        clean(id).into_owned()
    } else if id.contains(name) {
        clean(name).into_owned()
    } else {
        clean(&format!("{id} ({name})")).into_owned()
    }
}

/// A resource in one phrase: type, name, region.
pub(super) fn place(type_name: &str, id: &str, name: &str, region: &str) -> String {
    format!("{} {} in {}", clean(type_name), called(id, name), clean(region))
}

/// An item of a plan in one phrase.
pub(crate) fn item(item: &ItemRef) -> String {
    place(item.key.type_name.as_str(), &item.key.id, &item.name, item.key.region.as_str())
}

/// A few things and how many more there are.
pub(crate) fn list<T: AsRef<str>>(things: &[T], most: usize) -> String {
    let shown: Vec<Cow<'_, str>> = things.iter().take(most).map(|thing| clean(thing.as_ref())).collect();
    match things.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_called_by_what_tells_most() {
        for (id, name, expected) in [
            ("https://sqs/1/queue", "queue", "queue"),
            ("vpc-1", "main", "vpc-1 (main)"),
            ("bucket", "bucket", "bucket"),
            ("bucket", "", "bucket"),
        ] {
            assert_eq!(called(id, name), expected);
        }
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        assert_eq!(list(&["a", "b", "c"], 3), "a, b, c");
        assert_eq!(list(&["a", "b", "c"], 1), "a and 2 more");
        assert_eq!(list(&["\u{7}"], 1), "\\u{7}");
    }
}
