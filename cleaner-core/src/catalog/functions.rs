use std::sync::LazyLock;

use jmespath::functions::{ArgumentType, CustomFunction, Function as Evaluate, Signature};
use jmespath::{Context, Rcvar, Runtime, Variable};

use super::json::{null, scalar_text, share, text, unshare};

/// What a function takes in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Any,
    Text,
    Number,
    List,
    Object,
    /// A list or text.
    ListOrText,
    /// Anything that has a length.
    Countable,
    /// An expression, written `&path`.
    Expression,
}

/// What a function gives, where it does not depend on what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    Any,
    Text,
    Texts,
    Number,
    Bool,
    /// What its first argument is.
    First,
    /// An element of its first argument.
    Element,
    /// The first of its arguments that is not null.
    AnyArgument,
    /// All its arguments in one object.
    Merged,
    /// A list of what its first argument, an expression, gives for each element of its second.
    Mapped,
    /// A list of the values of its first argument.
    Values,
    /// Its first argument, or a list of it.
    AsList,
}

/// A function that paths may call.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) takes: &'static [Takes],
    /// Whether the last argument may be repeated.
    pub(super) variadic: bool,
    pub(super) gives: Gives,
}

const fn function(name: &'static str, takes: &'static [Takes], gives: Gives) -> Function {
    Function { name, takes, variadic: false, gives }
}

/// All functions: those of JMESPath and ours.
pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", &[Takes::Number], Gives::Number),
    function("after_last", &[Takes::Text, Takes::Text], Gives::Text),
    function("avg", &[Takes::List], Gives::Number),
    function("before_first", &[Takes::Text, Takes::Text], Gives::Text),
    function("ceil", &[Takes::Number], Gives::Number),
    function("contains", &[Takes::ListOrText, Takes::Any], Gives::Bool),
    function("ends_with", &[Takes::Text, Takes::Text], Gives::Bool),
    function("floor", &[Takes::Number], Gives::Number),
    function("join", &[Takes::Text, Takes::List], Gives::Text),
    function("json", &[Takes::Text], Gives::Any),
    function("keys", &[Takes::Object], Gives::Texts),
    function("length", &[Takes::Countable], Gives::Number),
    function("lower", &[Takes::Text], Gives::Text),
    function("map", &[Takes::Expression, Takes::List], Gives::Mapped),
    function("max", &[Takes::List], Gives::Element),
    function("max_by", &[Takes::List, Takes::Expression], Gives::Element),
    Function { name: "merge", takes: &[Takes::Object], variadic: true, gives: Gives::Merged },
    function("min", &[Takes::List], Gives::Element),
    function("min_by", &[Takes::List, Takes::Expression], Gives::Element),
    Function { name: "not_null", takes: &[Takes::Any], variadic: true, gives: Gives::AnyArgument },
    function("reverse", &[Takes::ListOrText], Gives::First),
    function("sort", &[Takes::List], Gives::First),
    function("sort_by", &[Takes::List, Takes::Expression], Gives::First),
    function("split", &[Takes::Text, Takes::Text], Gives::Texts),
    function("starts_with", &[Takes::Text, Takes::Text], Gives::Bool),
    function("sum", &[Takes::List], Gives::Number),
    function("text", &[Takes::Any], Gives::Text),
    function("to_array", &[Takes::Any], Gives::AsList),
    function("to_number", &[Takes::Any], Gives::Number),
    function("to_string", &[Takes::Any], Gives::Text),
    function("type", &[Takes::Any], Gives::Text),
    function("url_decode", &[Takes::Text], Gives::Text),
    function("values", &[Takes::Object], Gives::Values),
];

/// Functions for which null is a value like any other; for all others, null in means null out.
const TAKE_NULL: &[&str] = &["merge", "not_null", "to_array", "to_number", "to_string", "type"];

/// Finds a function by name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The runtime that knows all functions.
pub(super) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = Runtime::new();
    runtime.register_builtin_functions();
    register(&mut runtime, "after_last", 2, |args| match after_last(&args[0], &args[1]) {
        Some(rest) => text(rest),
        None => null(),
    });
    register(&mut runtime, "before_first", 2, |args| match before_first(&args[0], &args[1]) {
        Some(rest) => text(rest),
        None => null(),
    });
    register(&mut runtime, "split", 2, |args| {
        let [subject, separator] = [&args[0], &args[1]].map(|arg| arg.as_str());
        let parts = if separator.is_empty() { vec![subject] } else { subject.split(separator).collect() };
        Rcvar::new(Variable::Array(parts.into_iter().map(text).collect()))
    });
    register(&mut runtime, "lower", 1, |args| text(&args[0].to_lowercase()));
    register(&mut runtime, "url_decode", 1, |args| {
        url_decode(&args[0]).map_or_else(null, |decoded| text(&decoded))
    });
    register(&mut runtime, "json", 1, |args| serde_json::from_str(&args[0]).map_or_else(|_| null(), share));
    runtime.register_function(
        "text",
        Box::new(|args: &[Rcvar], _: &mut Context<'_>| {
            // A list or an object as its JSON: what APIs that take documents as text expect.
            let value = args.first().map_or(&Variable::Null, |arg| arg);
            Ok(text(&scalar_text(value).unwrap_or_else(|| unshare(value).to_string())))
        }),
    );
    for function in FUNCTIONS.iter().filter(|function| !TAKE_NULL.contains(&function.name)) {
        if let Some(inner) = runtime.deregister_function(function.name) {
            runtime.register_function(function.name, Box::new(NullInNullOut(inner)));
        }
    }
    runtime
});

/// Registers a function of texts.
fn register(runtime: &mut Runtime, name: &str, count: usize, run: fn(&[String]) -> Rcvar) {
    let signature = Signature::new(vec![ArgumentType::String; count], None);
    let evaluate = move |args: &[Rcvar], _: &mut Context<'_>| {
        let texts: Vec<String> = args.iter().filter_map(|arg| arg.as_string().cloned()).collect();
        Ok(run(&texts))
    };
    runtime.register_function(name, Box::new(CustomFunction::new(signature, Box::new(evaluate))));
}

/// AWS leaves out what is empty, so a missing member is an answer ("no"), not a mistake in the path.
struct NullInNullOut(Box<dyn Evaluate>);

impl Evaluate for NullInNullOut {
    fn evaluate(&self, args: &[Rcvar], context: &mut Context<'_>) -> jmespath::SearchResult {
        if args.iter().any(|arg| arg.is_null()) { Ok(null()) } else { self.0.evaluate(args, context) }
    }
}

fn after_last<'a>(subject: &'a str, separator: &str) -> Option<&'a str> {
    if separator.is_empty() { Some(subject) } else { subject.rsplit(separator).next() }
}

fn before_first<'a>(subject: &'a str, separator: &str) -> Option<&'a str> {
    if separator.is_empty() { Some(subject) } else { subject.split(separator).next() }
}

/// Decodes `%41`; none if what comes out is no text.
fn url_decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let byte = match tail {
            [high, low, ..] if *first == b'%' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = &tail[2..];
                hex(*high) * 16 + hex(*low)
            }
            _ => {
                rest = tail;
                *first
            }
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_runtime_is_described_and_the_reverse() {
        for function in FUNCTIONS {
            assert!(RUNTIME.get_function(function.name).is_some(), "{} is not registered", function.name);
        }
        let names: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted, "the table is in alphabetical order, without doubles");
    }
}
