//! Is an input what the model asks for? Checked before anything is sent, so that a typo never goes out silently.

use std::fmt::Write as _;

use aws_smithy_schema::ShapeType;
use serde_json::Value;

use super::write::timestamp;
use crate::schema::{Decoding, Node};

/// Returns what is wrong with `value`, with the path to it; nothing if it can be sent.
///
/// # Behavior
/// - A required member must be there, an unknown one must not, nested ones too.
/// - `null` means that a member is not given.
pub(crate) fn check(node: &'static Node, value: &Value) -> Result<(), String> {
    structure(node, value, &mut String::new())
}

fn structure(node: &'static Node, value: &Value, path: &mut String) -> Result<(), String> {
    let Value::Object(given) = value else { return Err(wrong(path, "an object", value)) };
    for name in given.keys() {
        if !node.members().iter().any(|member| member.name == name) {
            return Err(unknown(node, name, path));
        }
    }
    for member in node.members() {
        let length = path.len();
        push(path, member.name);
        match given.get(member.name) {
            None | Some(Value::Null) if member.is_required && !member.is_idempotency_token => {
                return Err(format!("{path} is required"));
            }
            None | Some(Value::Null) => {}
            Some(_) if member.decoding == Decoding::Json => {}
            Some(value) => shape(member.target, value, path)?,
        }
        path.truncate(length);
    }
    Ok(())
}

fn push(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

fn unknown(node: &Node, name: &str, path: &mut String) -> String {
    push(path, name);
    let nearest = node.members().iter().map(|member| (distance(name, member.name), member.name)).min();
    match nearest {
        Some((distance, nearest)) if distance <= name.len().max(nearest.len()) / 2 => {
            format!("{path} is no member of {}, did you mean \"{nearest}\"?", node.name)
        }
        _ => format!("{path} is no member of {}", node.name),
    }
}

fn wrong(path: &str, expected: &str, value: &Value) -> String {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    // Not the value: an input may hold a secret.
    match path.is_empty() {
        true => format!("expected {expected}, got {found}"),
        false => format!("{path}: expected {expected}, got {found}"),
    }
}

fn shape(node: &'static Node, value: &Value, path: &mut String) -> Result<(), String> {
    let length = path.len();
    let is = |fits: bool, expected: &str| if fits { Ok(()) } else { Err(wrong(path, expected, value)) };
    match node.kind {
        ShapeType::Structure => structure(node, value, path),
        ShapeType::Union => {
            structure(node, value, path)?;
            let given = value
                .as_object()
                .map_or(0, |members| members.values().filter(|value| !value.is_null()).count());
            if given == 1 { Ok(()) } else { Err(format!("{path}: expected exactly one member, got {given}")) }
        }
        ShapeType::List => {
            let Value::Array(items) = value else { return Err(wrong(path, "a list", value)) };
            for (index, item) in items.iter().enumerate() {
                write!(path, "[{index}]").expect("a String takes all that is written to it");
                element(node, item, path)?;
                path.truncate(length);
            }
            Ok(())
        }
        ShapeType::Map => {
            let Value::Object(entries) = value else { return Err(wrong(path, "a map", value)) };
            for (key, item) in entries {
                push(path, key);
                element(node, item, path)?;
                path.truncate(length);
            }
            Ok(())
        }
        ShapeType::Boolean => is(value.is_boolean(), "true or false"),
        ShapeType::Integer => is(value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()), "a whole number"),
        ShapeType::Long => is(value.is_i64(), "a whole number"),
        ShapeType::Float | ShapeType::Double => is(value.is_number(), "a number"),
        ShapeType::Blob => is(
            value.as_str().is_some_and(|text| aws_smithy_types::base64::decode(text).is_ok()),
            "base64 text",
        ),
        ShapeType::Timestamp => is(timestamp(value).is_some(), "a time such as \"2026-01-31T12:00:00Z\""),
        ShapeType::Document => Ok(()),
        _ => is(value.is_string(), "text"),
    }
}

fn element(node: &'static Node, item: &Value, path: &mut String) -> Result<(), String> {
    match item {
        Value::Null => Ok(()),
        item => shape(node.element(), item, path),
    }
}

/// Levenshtein distance without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<u8> = b.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().map(|byte| byte.to_ascii_lowercase()).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Models;

    fn checked(service: &str, operation: &str, input: Value) -> Result<(), String> {
        let service = Models::builtin().service(service).expect("a service");
        check(service.operation(operation).expect("an operation").schemas().input, &input)
    }

    #[test]
    fn a_good_input_passes() {
        let input = json!({"Filters": [{"Name": "opt-in-status", "Values": ["opted-in"]}], "DryRun": null});
        assert_eq!(checked("ec2", "DescribeRegions", input), Ok(()));
    }

    #[test]
    fn wrong_inputs_are_named_with_their_path() {
        for (service, operation, input, expected) in [
            ("s3", "ListObjectsV2", json!({}), "Bucket is required"),
            ("s3", "ListObjectsV2", json!({"Bucket": null}), "Bucket is required"),
            (
                "ec2",
                "DescribeRegions",
                json!({"Filters": [{"Nmae": "x"}]}),
                "Filters[0].Nmae is no member of Filter, did you mean \"Name\"?",
            ),
            (
                "ec2",
                "DescribeRegions",
                json!({"Elephant": 1}),
                "Elephant is no member of DescribeRegionsRequest",
            ),
            ("ec2", "DescribeRegions", json!({"DryRun": "yes"}), "DryRun: expected true or false, got text"),
            ("ec2", "DescribeRegions", json!([]), "expected an object, got a list"),
            (
                "s3",
                "DeleteObjects",
                json!({"Bucket": "b", "Delete": {"Objects": [{"VersionId": "v"}]}}),
                "Delete.Objects[0].Key is required",
            ),
        ] {
            assert_eq!(checked(service, operation, input), Err(expected.to_owned()));
        }
    }

    #[test]
    fn distances() {
        assert_eq!(distance("Name", "name"), 0);
        assert_eq!(distance("Nmae", "Name"), 2);
        assert_eq!(distance("", "abc"), 3);
    }
}
