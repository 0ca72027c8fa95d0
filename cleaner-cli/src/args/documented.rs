//! Every command line that the documentation shows, or that is deployed, is one of this version.

use std::fs;
use std::path::Path;

use super::parse;

/// What stands for a variable: fit for an account, a number and a text.
const VALUE: &str = "111122223333";

/// The command lines in the blocks of code of a page, with the lines they begin in.
fn in_page(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut is_code = false;
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.starts_with("```") {
            is_code = !is_code && matches!(line, "```sh" | "```yaml");
            continue;
        }
        if !is_code || line.trim_start().starts_with('#') {
            continue;
        }
        let mut line = line.to_owned();
        while line.ends_with('\\') {
            line.pop();
            line.push_str(lines.next().map_or("", |(_, line)| line.trim()));
        }
        found.extend(commands(&line).into_iter().map(|command| (number + 1, command)));
    }
    found
}

/// The command lines of aws-cleaner in a line of a shell, or of YAML that holds one.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut is_ours = false;
    let mut may_begin = true;
    for (word, is_quoted) in &words(line) {
        let is_plain = !is_quoted;
        if is_plain && word.starts_with('#') {
            break;
        }
        if is_plain
            && matches!(word.as_str(), "|" | "||" | "&&" | "&" | ";" | ">" | ">>" | "<" | "2>" | "{" | "(")
        {
            is_ours = false;
            may_begin = !word.contains(['>', '<']);
        } else if is_ours {
            found.last_mut().expect("it began").push(word.clone());
        } else if may_begin && is_plain && word == "aws-cleaner" {
            is_ours = true;
            found.push(vec![word.clone()]);
        } else {
            // What may stand before: `- run:`, `$`, a variable.
            may_begin =
                is_plain && (matches!(word.as_str(), "-" | "$") || word.ends_with(':') || word.contains('='));
        }
    }
    found
}

/// The words of a line, and whether they were quoted; variables have a value.
fn words(line: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let (mut word, mut is_quoted, mut quote) = (String::new(), false, None);
    let line = line.replace("<< ", "$").replace(" >>", "");
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (None, '\'' | '"') => {
                quote = Some(char);
                is_quoted = true;
            }
            (None | Some('"'), '$')
                if chars.peek().is_some_and(|next| next.is_alphabetic() || *next == '{') =>
            {
                word.push_str(VALUE);
                while chars.next_if(|next| next.is_alphanumeric() || "_{}.-".contains(*next)).is_some() {}
            }
            (None, ' ') => {
                if !word.is_empty() || is_quoted {
                    words.push((std::mem::take(&mut word), is_quoted));
                }
                is_quoted = false;
            }
            _ => word.push(char),
        }
    }
    if !word.is_empty() || is_quoted {
        words.push((word, is_quoted));
    }
    words
}

/// The command lines of containers in a template; parameters have a value.
fn in_template(text: &str) -> Vec<(usize, Vec<String>)> {
    let begins = ["Command: [", "\"command\":["];
    text.lines()
        .enumerate()
        .filter_map(|(number, line)| {
            let rest = begins.iter().find_map(|begin| line.split_once(begin))?.1;
            let words = rest.split(']').next().unwrap_or_default().split(',').map(|word| {
                let word = word.trim().trim_matches('"');
                if word.starts_with("!Ref ") { "8" } else { word }.to_owned()
            });
            Some((number + 1, std::iter::once("aws-cleaner".to_owned()).chain(words).collect()))
        })
        .collect()
}

#[test]
fn every_command_line_that_is_shown_or_deployed_is_right() {
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs tests");
    let root = Path::new(&package).parent().expect("the workspace");
    for (name, least) in
        [("README.md", 10), ("docs/ci.md", 6), ("docs/guide.md", 10), ("deploy/pool-workers.yaml", 2)]
    {
        let text = fs::read_to_string(root.join(name)).expect("it is there");
        let found = if name.ends_with(".md") { in_page(&text) } else { in_template(&text) };
        assert!(found.len() >= least, "{name} has only {}: {found:#?}", found.len());
        for (line, command) in found {
            if let Err(error) = parse(command.iter().map(Into::into)) {
                panic!("{name}:{line}: {command:?}\n{error}");
            }
        }
    }
}

#[test]
fn command_lines_are_found_where_they_are() {
    let of = |line: &str| commands(line).iter().map(|command| command.join(" ")).collect::<Vec<_>>();
    assert_eq!(of("aws-cleaner plan  # why"), ["aws-cleaner plan"]);
    assert_eq!(of("- run: aws-cleaner run -- pytest 'a b'"), ["aws-cleaner run -- pytest a b"]);
    assert_eq!(
        of("$ X=1 aws-cleaner config show | aws-cleaner types > f"),
        ["aws-cleaner config show", "aws-cleaner types"]
    );
    assert_eq!(
        of("aws-cleaner clear --account \"$ACCOUNT\""),
        [format!("aws-cleaner clear --account {VALUE}")]
    );
    assert_eq!(
        of("command: aws-cleaner clear --account << parameters.account >> --yes"),
        [format!("aws-cleaner clear --account {VALUE} --yes")]
    );
    assert!(of("docker build -t aws-cleaner .").is_empty());
    assert!(of("aws-cleaner:").is_empty());
    let page = "```sh\n# aws-cleaner nothing\naws-cleaner plan \\\n  -v\n```\naws-cleaner nothing\n";
    assert_eq!(in_page(page), [(3, ["aws-cleaner", "plan", "-v"].map(str::to_owned).to_vec())]);
    let template = "Command: [pool, clean, !Ref N]\n'{\"command\":[\"pool\",\"reap\"]}'\n";
    assert_eq!(in_template(template).len(), 2);
    assert_eq!(in_template(template)[0].1, ["aws-cleaner", "pool", "clean", "8"]);
}
