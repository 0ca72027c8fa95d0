//! The nearest right word for "did you mean".

/// Finds the candidate most like a misspelt word, or none if all are too different.
///
/// Case, hyphens, underscores and blanks do not count, so `sqs-queue` finds `SQSQueue`. One edit in three characters
/// is allowed, and at least one.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(word);
    let limit = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_candidate_wins_and_far_ones_do_not_count() {
        let types = ["SQSQueue", "S3Bucket", "IAMRole", "IAMRolePolicy"];
        for (word, expected) in [
            ("sqs-queue", Some("SQSQueue")),
            ("SQSQeueu", Some("SQSQueue")),
            ("s3bucket", Some("S3Bucket")),
            ("Bucket", Some("S3Bucket")),
            ("IAMRoles", Some("IAMRole")),
            ("Lambda", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, types), expected, "{word}");
        }
    }
}
