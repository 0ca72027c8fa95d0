//! What was refused in an answer that says the call went well.
//!
//! Operations that take several things at once answer with success, and list what they did not do. The models do not say which
//! member of an answer that is; services call it by a dozen names. A test finds members that look like it and are neither here
//! nor known to be something else.

use aws_dynamic::classify;
use aws_dynamic::model::is_read_only;
use serde_json::Value;

use super::entry::Call;

/// The members of answers that list what was refused.
const LISTS: [&str; 15] = [
    "FailedEntries",
    "FailedFleetCancellations",
    "FailedRequests",
    "Failures",
    "PhoneNumberErrors",
    "UnprocessedAccounts",
    "UnprocessedAutomationRules",
    "Unsuccessful",
    "UnsuccessfulFleetDeletions",
    "UnsuccessfulFleetRequests",
    "buildsNotDeleted",
    "errors",
    "failedAccounts",
    "failures",
    "unsuccessful",
];

/// Where their entries have a code, and where they say why. The first that is there counts.
const CODES: [&str; 10] = [
    "/Error/Code",
    "/CancelCapacityReservationFleetError/Code",
    "/ErrorCode",
    "/errorCode",
    "/code",
    "/FailureCode",
    "/failureCode",
    "/ExceptionType",
    "/statusCode",
    "/reason",
];
const MESSAGES: [&str; 9] = [
    "/Error/Message",
    "/CancelCapacityReservationFleetError/Message",
    "/ErrorMessage",
    "/errorMessage",
    "/message",
    "/FailureDescription",
    "/failureMessage",
    "/detail",
    "/Result",
];

/// The first refusal in the answer to a call that changes something.
pub(super) fn refusal(call: &Call, region: &str, answer: &Value) -> Option<aws_dynamic::Error> {
    if is_read_only(&call.operation) {
        return None;
    }
    let lists = LISTS.iter().filter_map(|name| answer.get(name)?.as_array());
    let first = lists.flatten().next()?;
    let text = |pointers: &[&str]| pointers.iter().find_map(|pointer| first.pointer(pointer)?.as_str());
    let (code, message) = (text(&CODES), text(&MESSAGES).unwrap_or_default());
    let kind = classify(&call.service, &call.operation, code, message, None);
    let error = aws_dynamic::Error::new(kind, &call.service, &call.operation, region, message);
    Some(match code {
        Some(code) => error.with_code(code),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_dynamic::ErrorKind;
    use aws_dynamic::model::{Models, Shape, ShapeKind};
    use serde_json::json;

    use super::super::builtin::entries;
    use super::*;

    fn call(service: &str, operation: &str) -> Call {
        let called = |call: &&Call| call.service == service && call.operation == operation;
        let entries = entries().expect("the catalog is readable");
        let steps = entries.iter().flat_map(|entry| entry.steps());
        steps.flat_map(|step| step.calls()).find(called).expect("a type calls it").clone()
    }

    #[test]
    fn what_was_refused_is_read_with_its_code() {
        let flow_logs = call("ec2", "DeleteFlowLogs");
        let refused = |answer: Value| refusal(&flow_logs, "eu-west-1", &answer);
        let error = refused(json!({ "Unsuccessful": [
            { "ResourceId": "fl-1", "Error": { "Code": "InvalidFlowLogId.NotFound", "Message": "no such log" } },
        ] }));
        let error = error.expect("it was refused");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Gone, Some("InvalidFlowLogId.NotFound")));
        assert_eq!(error.message(), "no such log");
        assert!(refused(json!({ "Unsuccessful": [] })).is_none());
        assert!(refused(json!({})).is_none());
        let targets = call("events", "RemoveTargets");
        let answer = json!({ "FailedEntryCount": 1, "FailedEntries": [
            { "TargetId": "t", "ErrorCode": "AccessDeniedException", "ErrorMessage": "not yours" },
        ] });
        let error = refusal(&targets, "eu-west-1", &answer).expect("it was refused");
        assert_eq!(error.kind(), ErrorKind::Denied);
    }

    #[test]
    fn no_answer_hides_what_was_refused() {
        // Lists that look like it and tell of something else.
        const OTHERS: [(&str, &str); 5] = [
            // What is wrong with the thing itself.
            ("glue:DeleteIntegration", "Errors"),
            ("rds:DeleteIntegration", "Errors"),
            ("redshift:DeleteIntegration", "Errors"),
            // What AWS could not take off machines that are gone.
            ("codedeploy:DeleteDeploymentGroup", "hooksNotCleanedUp"),
            // Runs that have ended cannot be stopped; the deletion says whether one still works.
            ("glue:BatchStopJobRun", "Errors"),
        ];
        let words = ["unsuccess", "fail", "error", "unprocessed", "rejected", "notdeleted", "notcleaned"];
        let looks_like_it = |name: &str| words.iter().any(|word| name.to_lowercase().contains(word));
        let has = |element: &Shape, pointers: &[&str]| {
            pointers.iter().any(|pointer| {
                let mut parts = pointer.split('/').skip(1);
                let first = parts.next().and_then(|name| element.member(name));
                parts.fold(first, |shape, name| shape?.member(name)).is_some()
            })
        };
        let mut hidden = BTreeSet::new();
        for entry in entries().expect("the catalog is readable") {
            for call in entry.steps().flat_map(|step| step.calls()) {
                let service = Models::builtin().service(&call.service).expect("it is checked elsewhere");
                let operation = service.operation(&call.operation).expect("it is checked elsewhere");
                let Some(output) = operation.output().filter(|_| !operation.is_read_only()) else { continue };
                for name in output.members().filter(|name| looks_like_it(name)) {
                    let element = output.member(name).filter(|shape| shape.kind() == ShapeKind::List);
                    let Some(element) = element.and_then(|list| list.element()) else { continue };
                    let tells = has(&element, &CODES) || has(&element, &MESSAGES);
                    let is_read = LISTS.contains(&name) && tells;
                    let is_other = OTHERS.contains(&(call.title().as_str(), name));
                    if element.kind() == ShapeKind::Structure && !is_read && !is_other {
                        hidden.insert(format!("{} {name}", call.title()));
                    }
                }
            }
        }
        assert_eq!(hidden, BTreeSet::new());
    }
}
