use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::*;
use crate::error::ErrorKind;
use crate::handler::{Deletion, DynHandler, Status};
use crate::resource::{Fact, Member, Region, Resource, State};
use crate::services::stub::{Answer, Request, Stub, listed};

const STACKS: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack";
const ROLE: &str = "arn:aws:iam::111122223333:role/ci/deploy";

fn id(name: &str) -> String {
    format!("{STACKS}/{name}/1")
}

fn stack(name: &str, status: &str, more: &str) -> String {
    format!(
        "<member><StackId>{}</StackId><StackName>{name}</StackName><StackStatus>{status}</StackStatus>\
         <CreationTime>2026-01-02T03:04:05Z</CreationTime>{more}</member>",
        id(name)
    )
}

fn stacks(members: &str) -> Answer {
    Answer::ok(format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks>{members}</Stacks></DescribeStacksResult></DescribeStacksResponse>"
    ))
}

fn resources(members: &[(&str, &str, &str, &str)]) -> Answer {
    let members: String = members
        .iter()
        .map(|(logical, kind, physical, status)| {
            format!(
                "<member><LogicalResourceId>{logical}</LogicalResourceId><ResourceType>{kind}</ResourceType>\
                 <PhysicalResourceId>{physical}</PhysicalResourceId><ResourceStatus>{status}</ResourceStatus>\
                 <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member>"
            )
        })
        .collect();
    Answer::ok(format!(
        "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>{members}</StackResourceSummaries>\
         </ListStackResourcesResult></ListStackResourcesResponse>"
    ))
}

fn done(operation: &str) -> Answer {
    Answer::ok(format!("<{operation}Response><{operation}Result/></{operation}Response>"))
}

fn refused(message: &str) -> Answer {
    Answer::query_error("ValidationError", message)
}

fn resource(name: &str) -> Resource {
    Resource::new("CloudFormationStack".into(), Region::from("eu-west-1"), id(name))
}

/// Whether a request is about a stack: its name is part of its id, which is percent-encoded.
fn is_about(request: &Request, name: &str) -> bool {
    request.form("StackName").is_some_and(|stack| stack.contains(&format!("%2F{name}%2F")))
}

#[tokio::test]
async fn stacks_are_listed_with_all_that_others_need_to_know() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "DescribeStacks" if request.form("NextToken").is_none() => Answer::ok(format!(
            "<DescribeStacksResponse><DescribeStacksResult><Stacks>{}{}{}</Stacks><NextToken>2</NextToken></DescribeStacksResult></DescribeStacksResponse>",
            stack(
                "net",
                "CREATE_COMPLETE",
                "<Outputs><member><OutputKey>a</OutputKey><ExportName>vpc</ExportName></member>\
                 <member><OutputKey>b</OutputKey><ExportName>unused</ExportName></member></Outputs>\
                 <Tags><member><Key>env</Key><Value>test</Value></member></Tags>\
                 <EnableTerminationProtection>true</EnableTerminationProtection>"
            ),
            stack("old", "DELETE_COMPLETE", ""),
            stack("vanished", "CREATE_COMPLETE", "")
        )),
        "DescribeStacks" => stacks(&format!(
            "{}{}{}{}",
            stack("app", "UPDATE_COMPLETE", &format!("<RoleARN>{ROLE}</RoleARN>")),
            stack(
                "inner",
                "DELETE_FAILED",
                &format!("<ParentId>{}</ParentId><StackStatusReason>full</StackStatusReason>", id("app"))
            ),
            stack("going", "DELETE_IN_PROGRESS", ""),
            stack("awsconfigconforms-x", "CREATE_COMPLETE", "")
        )),
        "ListImports" if request.form("ExportName") == Some("vpc") => Answer::ok(
            "<ListImportsResponse><ListImportsResult><Imports><member>app</member></Imports></ListImportsResult></ListImportsResponse>",
        ),
        "ListImports" => refused("Export 'unused' is not imported by any stack."),
        "ListStackResources" if is_about(request, "vanished") => {
            refused("Stack with id vanished does not exist")
        }
        "ListStackResources" if is_about(request, "app") => resources(&[
            ("Queue", "AWS::SQS::Queue", "https://queue", "CREATE_COMPLETE"),
            ("Old", "AWS::SNS::Topic", "arn:topic", "DELETE_COMPLETE"),
            ("Never", "AWS::SNS::Topic", "", "CREATE_FAILED"),
        ]),
        _ => resources(&[]),
    });
    let mut found = listed(&Stacks::new(), &stub.context(&[]).await).await.expect("two pages");
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let [app, config, going, inner, net] = &found[..] else { panic!("five stacks, found {found:?}") };
    assert_eq!((&*app.id, app.arn.as_deref()), (id("app").as_str(), Some(id("app").as_str())));
    let refs: Vec<_> = app.refs.iter().map(|used| (used.type_name.as_str(), &*used.target)).collect();
    assert_eq!(refs, [("IAMRole", ROLE), ("CloudFormationStack", id("net").as_str())]);
    let queue = Member { cloudformation: "AWS::SQS::Queue".into(), physical_id: "https://queue".into() };
    assert_eq!(app.members, [queue]);
    assert!(config.managed.is_some() && app.managed.is_none());
    assert_eq!(going.state, State::Deleting);
    assert_eq!(inner.state, State::Failed("full".into()));
    assert_eq!(&*inner.owners[0].target, id("app"));
    assert_eq!(net.properties["termination_protection"], true);
    assert_eq!(net.tags, Fact::Known([("env".to_owned(), "test".to_owned())].into()));
}

#[tokio::test]
async fn a_stack_whose_resources_cannot_be_listed_fails_the_list() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "DescribeStacks" => stacks(&stack("app", "CREATE_COMPLETE", "")),
        _ => Answer::query_error("AccessDenied", "not authorized"),
    });
    let error = listed(&Stacks::new(), &stub.context(&[]).await).await.expect_err("fails closed");
    assert_eq!(error.kind, ErrorKind::Denied);
}

#[tokio::test]
async fn buckets_are_emptied_before_the_stack_goes() {
    let stub = Stub::start(|request: &Request| match (request.operation(), request.method.as_str()) {
        ("DescribeStacks", _) => stacks(&stack("app", "CREATE_COMPLETE", "")),
        ("ListStackResources", _) => resources(&[("B", "AWS::S3::Bucket", "inner", "CREATE_COMPLETE")]),
        ("DeleteStack", _) => done("DeleteStack"),
        (_, "GET") if request.query("versions").is_some() => Answer::ok(
            "<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>k</Key><VersionId>null</VersionId></Version></ListVersionsResult>",
        ),
        (_, "GET") => Answer::ok("<ListMultipartUploadsResult/>"),
        _ => Answer::ok("<DeleteResult/>"),
    });
    let mut app = resource("app");
    for (kind, physical) in [
        ("AWS::S3::Bucket", "outer"),
        ("AWS::CloudFormation::Stack", &id("nested")),
        ("AWS::SQS::Queue", "q"),
    ] {
        app.members.push(Member { cloudformation: kind.into(), physical_id: physical.into() });
    }
    let deleted = DynHandler::delete(&Stacks::new(), &stub.context(&[]).await, &app).await;
    assert_eq!(deleted.expect("started"), Deletion::Started);
    let requests = stub.requests();
    for bucket in ["/outer", "/inner"] {
        let emptied = requests
            .iter()
            .position(|request| request.path().starts_with(bucket) && request.query("delete").is_some());
        assert!(emptied.is_some_and(|at| at < requests.len() - 1), "{bucket} before the stack");
    }
    assert_eq!(requests.last().map(Request::operation), Some("DeleteStack"));
}

#[tokio::test]
async fn protected_stacks_stay_untouched_unless_the_setting_says_so() {
    let answer = |request: &Request| match request.operation() {
        "DescribeStacks" => stacks(&stack(
            "app",
            "CREATE_COMPLETE",
            "<EnableTerminationProtection>true</EnableTerminationProtection>",
        )),
        operation => done(operation),
    };
    let stub = Stub::start(answer);
    let error = DynHandler::delete(&Stacks::new(), &stub.context(&[]).await, &resource("app"))
        .await
        .expect_err("protected");
    assert_eq!(error.kind, ErrorKind::Protected);
    assert!(error.message.contains("`disable_termination_protection`"), "{error}");
    assert_eq!(stub.operations(), ["DescribeStacks"]);

    let stub = Stub::start(answer);
    let context = stub.context(&["disable_termination_protection"]).await;
    DynHandler::delete(&Stacks::new(), &context, &resource("app")).await.expect("started");
    assert_eq!(stub.operations(), ["DescribeStacks", "UpdateTerminationProtection", "DeleteStack"]);
}

#[tokio::test]
async fn a_deletion_that_failed_leaves_behind_what_failed() {
    for (began, retains) in [("2999-01-01T00:00:00Z", true), ("2020-01-01T00:00:00Z", false)] {
        let stub = Stub::start(move |request: &Request| match request.operation() {
            "DescribeStacks" => {
                stacks(&stack("app", "DELETE_FAILED", &format!("<DeletionTime>{began}</DeletionTime>")))
            }
            "ListStackResources" => resources(&[
                ("Stuck", "AWS::EC2::SecurityGroup", "sg-1", "DELETE_FAILED"),
                ("Fine", "AWS::SQS::Queue", "q", "CREATE_COMPLETE"),
                ("Gone", "AWS::SQS::Queue", "p", "DELETE_COMPLETE"),
            ]),
            operation => done(operation),
        });
        let mut app = resource("app");
        app.state = State::Failed("Stuck".into());
        DynHandler::delete(&Stacks::new(), &stub.context(&[]).await, &app).await.expect("started");
        let requests = stub.requests();
        let last = requests.last().expect("a request");
        assert_eq!(last.operation(), "DeleteStack");
        assert_eq!(last.form("RetainResources.member.1"), retains.then_some("Stuck"), "began {began}");
        assert_eq!(last.form("RetainResources.member.2"), None);
    }
}

#[tokio::test]
async fn stacks_that_cannot_go_now_say_so() {
    for (status, answer, expected) in [
        ("DELETE_IN_PROGRESS", None, Ok(Deletion::Started)),
        ("UPDATE_IN_PROGRESS", None, Err(ErrorKind::Dependency)),
        ("CREATE_IN_PROGRESS", Some(""), Ok(Deletion::Started)),
        ("DELETE_COMPLETE", None, Err(ErrorKind::Gone)),
        (
            "CREATE_COMPLETE",
            Some("Export vpc cannot be deleted as it is in use by app"),
            Err(ErrorKind::Dependency),
        ),
        (
            "CREATE_COMPLETE",
            Some("Stack is in UPDATE_ROLLBACK_IN_PROGRESS state and can not be deleted"),
            Err(ErrorKind::Dependency),
        ),
        ("CREATE_COMPLETE", Some("Stack with id app does not exist"), Err(ErrorKind::Gone)),
    ] {
        let stub = Stub::start(move |request: &Request| match (request.operation(), answer) {
            ("DescribeStacks", _) => stacks(&stack("app", status, "")),
            ("DeleteStack", Some("")) => done("DeleteStack"),
            ("DeleteStack", Some(message)) => refused(message),
            (operation, _) => panic!("{operation} for a stack in {status}"),
        });
        let result = DynHandler::delete(&Stacks::new(), &stub.context(&[]).await, &resource("app")).await;
        assert_eq!(result.map_err(|error| error.kind), expected, "{status} {answer:?}");
    }
}

/// An account in which the role of a stack is gone; CloudFormation can assume a new one from its second try on.
fn without_role() -> Stub {
    let (made, gone, tries) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU32::new(0));
    Stub::start(move |request: &Request| match request.operation() {
        "DescribeStacks" if gone.load(Ordering::Relaxed) && request.form("StackName").is_none() => stacks(""),
        "DescribeStacks" if gone.load(Ordering::Relaxed) => refused("Stack with id app does not exist"),
        "DescribeStacks" => stacks(&stack("app", "CREATE_COMPLETE", &format!("<RoleARN>{ROLE}</RoleARN>"))),
        "DeleteStack" if made.load(Ordering::Relaxed) && tries.fetch_add(1, Ordering::Relaxed) > 0 => {
            gone.store(true, Ordering::Relaxed);
            done("DeleteStack")
        }
        "DeleteStack" => refused(&format!("Role {ROLE} is invalid or cannot be assumed")),
        "CreateRole" if made.swap(true, Ordering::Relaxed) => {
            Answer::query_error("EntityAlreadyExists", "Role with name deploy already exists.")
        }
        "CreateRole" => {
            assert_eq!((request.form("RoleName"), request.form("Path")), (Some("deploy"), Some("%2Fci%2F")));
            Answer::ok(
                "<CreateRoleResponse><CreateRoleResult><Role/></CreateRoleResult></CreateRoleResponse>",
            )
        }
        "GetRole" => Answer::ok(format!(
            "<GetRoleResponse><GetRoleResult><Role><Arn>{ROLE}</Arn><Tags><member><Key>aws-cleaner:temporary</Key>\
             <Value>true</Value></member></Tags></Role></GetRoleResult></GetRoleResponse>"
        )),
        operation => done(operation),
    })
}

#[tokio::test]
async fn a_missing_role_is_named_and_made_again_only_where_the_setting_says_so() {
    let (stub, handler) = (without_role(), Stacks::new());
    let error =
        DynHandler::delete(&handler, &stub.context(&[]).await, &resource("app")).await.expect_err("no role");
    assert!(error.message.contains(ROLE) && error.message.contains("`recreate_missing_role`"), "{error}");
    assert_eq!(stub.operations(), ["DescribeStacks", "DeleteStack"]);

    let stub = without_role();
    let context = stub.context(&["recreate_missing_role"]).await;
    let mut app = resource("app");
    app.properties.insert("role_arn", ROLE.into());
    let waiting = DynHandler::delete(&handler, &context, &app).await.expect_err("the role is too new");
    assert_eq!(waiting.kind, ErrorKind::Dependency);
    let status = DynHandler::status(&handler, &context, &app).await.expect("a status");
    assert_eq!(status, Some(Status::Present));
    assert_eq!(DynHandler::delete(&handler, &context, &app).await.expect("started"), Deletion::Started);
    let status = DynHandler::status(&handler, &context, &app).await.expect("a status");
    assert_eq!(status, Some(Status::Gone));
    let operations = stub.operations();
    for operation in ["AttachRolePolicy", "DetachRolePolicy", "DeleteRole"] {
        assert_eq!(
            operations.iter().filter(|other| *other == operation).count(),
            1,
            "{operation}: {operations:?}"
        );
    }
    assert_eq!(operations.last().map(String::as_str), Some("DeleteRole"));
}

#[tokio::test]
async fn the_list_answers_for_stacks_whose_role_is_there() {
    let stub = Stub::start(|_| panic!("no call"));
    let status = DynHandler::status(&Stacks::new(), &stub.context(&[]).await, &resource("app")).await;
    assert_eq!(status.expect("no call"), None);
}

fn set(name: &str) -> Resource {
    Resource::new("CloudFormationStackSet".into(), Region::from("eu-west-1"), format!("{name}:1"))
}

#[tokio::test]
async fn stack_sets_lose_their_instances_first() {
    let full = AtomicBool::new(true);
    let stub = Stub::start(move |request: &Request| match request.operation() {
        "DeleteStackSet" if full.load(Ordering::Relaxed) => {
            Answer::query_error("StackSetNotEmptyException", "StackSet is not empty")
        }
        "ListStackInstances" if request.form("NextToken").is_none() => Answer::ok(
            "<ListStackInstancesResponse><ListStackInstancesResult><Summaries><member><Account>111122223333</Account>\
             <Region>eu-west-1</Region></member></Summaries><NextToken>2</NextToken></ListStackInstancesResult></ListStackInstancesResponse>",
        ),
        "ListStackInstances" => Answer::ok(
            "<ListStackInstancesResponse><ListStackInstancesResult><Summaries><member><Account>444455556666</Account>\
             <Region>eu-west-1</Region></member></Summaries></ListStackInstancesResult></ListStackInstancesResponse>",
        ),
        "DeleteStackInstances" => {
            full.store(false, Ordering::Relaxed);
            done("DeleteStackInstances")
        }
        operation => done(operation),
    });
    let (handler, context) = (StackSets::new(), stub.context(&[]).await);
    let error = DynHandler::delete(&handler, &context, &set("s")).await.expect_err("not empty");
    assert_eq!(error.kind, ErrorKind::Dependency);
    let requests = stub.requests();
    let removal = requests.last().expect("a request");
    let form = |name| removal.form(name);
    assert_eq!((removal.operation(), form("RetainStacks")), ("DeleteStackInstances", Some("true")));
    assert_eq!(
        (form("Accounts.member.1"), form("Accounts.member.2")),
        (Some("111122223333"), Some("444455556666"))
    );
    assert_eq!(form("Regions.member.1"), Some("eu-west-1"));
    assert_eq!(DynHandler::delete(&handler, &context, &set("s")).await.expect("deleted"), Deletion::Done);
}

#[tokio::test]
async fn stack_sets_are_listed_without_the_deleted_ones() {
    let stub = Stub::start(|request: &Request| {
        let summary = |name: &str, status: &str| {
            format!(
                "<member><StackSetName>{name}</StackSetName><StackSetId>{name}:1</StackSetId><Status>{status}</Status></member>"
            )
        };
        let (members, more) = match request.form("NextToken") {
            None => (summary("a", "ACTIVE") + &summary("old", "DELETED"), "<NextToken>2</NextToken>"),
            Some(_) => (summary("AWSControlTowerExecution", "ACTIVE"), ""),
        };
        Answer::ok(format!(
            "<ListStackSetsResponse><ListStackSetsResult><Summaries>{members}</Summaries>{more}</ListStackSetsResult></ListStackSetsResponse>"
        ))
    });
    let found = listed(&StackSets::new(), &stub.context(&[]).await).await.expect("two pages");
    let [free, kept] = &found[..] else { panic!("two sets, found {found:?}") };
    assert_eq!(free.arn.as_deref(), Some("arn:aws:cloudformation:eu-west-1:111122223333:stackset/a:1"));
    assert!(free.protection.is_none() && kept.protection.is_some());
}

#[tokio::test]
async fn operations_in_progress_are_waited_for() {
    for (code, kind) in [
        ("OperationInProgressException", ErrorKind::Dependency),
        ("StackSetNotFoundException", ErrorKind::Gone),
    ] {
        let stub = Stub::start(move |_| Answer::query_error(code, "no"));
        let error =
            DynHandler::delete(&StackSets::new(), &stub.context(&[]).await, &set("s")).await.expect_err(code);
        assert_eq!(error.kind, kind, "{code}");
    }
}
