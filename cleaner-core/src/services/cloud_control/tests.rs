use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::requests::failure;
use super::schema::{Listing, Schema, TagPlace};
use super::*;
use crate::error::ErrorKind;
use crate::handler::{Context, Deletion, DynHandler, Scope, Status, TagSource};
use crate::plan::Relations;
use crate::resource::{Fact, Member, Ref, Resource, State, Tags};
use crate::services::stub::{Answer, Request, Stub, listed};

/// A type without parents: identified by its ARN, with tags, a name, and roles that it uses.
const CONFIG: &str = "AWS::GroundStation::Config";

fn handler(name: &str) -> Arc<dyn DynHandler> {
    let registry = crate::builtin().expect("the types fit together");
    registry.get(name).unwrap_or_else(|| panic!("there is no {name}")).clone()
}

fn input(request: &Request) -> Value {
    serde_json::from_str(&request.body).expect("a body of JSON")
}

fn described(id: &str, properties: &Value) -> Value {
    json!({ "Identifier": id, "Properties": properties.to_string() })
}

fn event(status: &str, more: &Value) -> Answer {
    let mut event = json!({ "OperationStatus": status, "RequestToken": "request-1" });
    let (Some(event_members), Some(more)) = (event.as_object_mut(), more.as_object()) else {
        panic!("objects")
    };
    event_members.extend(more.clone());
    Answer::ok(json!({ "ProgressEvent": event }).to_string())
}

fn config(id: &str) -> Resource {
    Resource::new(CONFIG.into(), "eu-west-1".into(), id)
}

#[test]
fn the_packed_schemas_are_whole() {
    let names: Vec<&str> = Schema::all().iter().map(|schema| schema.name).collect();
    assert!(names.len() > 1500 && names.is_sorted() && names.iter().all(|name| name.starts_with(PREFIX)));
    for schema in Schema::all() {
        assert_eq!(Schema::find(schema.name), Some(schema));
        assert!(schema.identifier().all(|name| !name.is_empty()), "{}", schema.name);
        for (path, target) in schema.refs() {
            assert!(!path.is_empty() && Schema::find(target).is_some(), "{} {path} {target}", schema.name);
        }
        if let Listing::Below(_, links) = schema.listing() {
            assert!(!links.is_empty(), "{}", schema.name);
        }
        for action in schema.listing_actions().iter().chain(&schema.deleting_actions()) {
            let (service, name) = action.split_once(':').expect("a service and a name");
            assert!(!service.is_empty() && !name.is_empty() && !action.contains(' '), "{action}");
        }
    }
    assert_eq!(Schema::find("AWS::No::Such"), None);
}

#[test]
fn what_a_schema_says_is_read() {
    let schema = Schema::find(CONFIG).expect("it is there");
    assert_eq!(schema.identifier().collect::<Vec<_>>(), ["Arn"]);
    assert_eq!((schema.listing(), schema.tags()), (Listing::Whole, TagPlace::Property("Tags")));
    assert!(schema.refs().any(|one| one == ("ConfigData.S3RecordingConfig.RoleArn", "AWS::IAM::Role")));
    assert_eq!(schema.namespaces().collect::<Vec<_>>(), ["groundstation"]);
    let pool = Schema::find("AWS::DeviceFarm::DevicePool").expect("it is there");
    let Listing::Below(project, links) = pool.listing() else { panic!("below its project") };
    assert_eq!((project.name, &links[..]), ("AWS::DeviceFarm::Project", &[("ProjectArn", "Arn")][..]));
    assert!(pool.listing_actions().contains(&"devicefarm:ListProjects".to_owned()));
    assert!(why_not("AWS::Glue::Table").is_some_and(|why| why.contains("CatalogId and DatabaseName")));
    assert_eq!(why_not(CONFIG), None);
}

#[test]
fn only_what_no_other_handler_stands_for_is_a_type_of_its_own_and_says_what_it_is() {
    let registry = crate::builtin().expect("the types fit together");
    let (ours, others): (Vec<_>, Vec<_>) = registry.specs().partition(|spec| spec.is_via_cloud_control());
    assert!(ours.len() > 500, "{}", ours.len());
    let taken: BTreeSet<&str> = others.iter().filter_map(|spec| spec.cloudformation.as_deref()).collect();
    for spec in ours {
        assert!(!taken.contains(spec.name.as_str()), "{}", spec.name);
        assert!(registry.by_cloudformation(spec.name.as_str()).is_some(), "members of stacks are found so");
        assert!(!spec.default && !spec.model_checked && !spec.emulator_tested && !spec.bills_idle);
        assert_eq!((&*spec.service, spec.why_off.is_some()), (SERVICE, true));
    }
    let spec = handler(CONFIG).spec().clone();
    assert!(spec.refs.contains(&"IAMRole".into()), "{:?}", spec.refs);
    assert_eq!((spec.scope, spec.tags), (Scope::Regional, TagSource::Listed));
    for action in ["cloudformation:DeleteResource", "groundstation:DeleteConfig", "groundstation:ListConfigs"]
    {
        assert!(spec.iam_actions.iter().any(|one| one == action), "{action}");
    }
    assert!(!spec.listing_actions.iter().any(|one| one.contains("Delete")));
    // Where all that is known of a service is global, so is the rest.
    assert_eq!(handler("AWS::CloudFront::FieldLevelEncryptionConfig").spec().scope, Scope::Global);
}

#[tokio::test]
async fn all_pages_are_read_and_only_what_the_list_leaves_out_is_asked_for() {
    let role = "arn:aws:iam::111122223333:role/recorder";
    let whole = json!({
        "Arn": "arn:aws:groundstation:eu-west-1:111122223333:config/a", "Name": "first",
        "Tags": [{ "Key": "team", "Value": "a" }],
        "ConfigData": { "S3RecordingConfig": { "RoleArn": role } },
    });
    let stub = Stub::start(move |request: &Request| {
        let input = input(request);
        assert_eq!(input["TypeName"], CONFIG);
        let body = match (request.operation(), input["NextToken"].as_str()) {
            ("ListResources", None) => json!({
                "ResourceDescriptions": [described("arn:aws:groundstation:eu-west-1:111122223333:config/a", &whole)],
                "NextToken": "more",
            }),
            ("ListResources", Some("more")) => json!({ "ResourceDescriptions": [
                described("arn:aws:groundstation:eu-west-1:111122223333:config/b", &json!({})),
                { "Identifier": "arn:aws:groundstation:eu-west-1:111122223333:config/gone" },
            ] }),
            ("GetResource", _) if input["Identifier"].as_str().is_some_and(|id| id.ends_with("gone")) => {
                return Answer::json_error(400, "ResourceNotFoundException", "no such thing");
            }
            ("GetResource", _) => {
                let id = input["Identifier"].as_str().expect("an identifier");
                json!({ "TypeName": CONFIG, "ResourceDescription": described(id, &json!({ "Arn": id, "Name": "second" })) })
            }
            other => panic!("{other:?}"),
        };
        Answer::ok(body.to_string())
    });
    let mut found = listed(&*handler(CONFIG), &stub.context(&[]).await).await.expect("two pages");
    found.sort_by(|one, other| one.id.cmp(&other.id));
    let [first, second] = &found[..] else { panic!("two configs: {found:?}") };
    assert_eq!((&*first.name, first.tags.clone()), ("first", Fact::Known(Tags::from([("team", "a")]))));
    assert_eq!(first.refs, [Ref { type_name: "IAMRole".into(), target: role.into() }]);
    assert_eq!(first.arn.as_ref(), Some(&first.id));
    assert_eq!((&*second.name, second.tags.clone()), ("second", Fact::Known(Tags::new())));
    let asked = stub.operations().into_iter().filter(|operation| operation == "GetResource").count();
    assert_eq!(asked, 2, "{:?}", stub.operations());
}

#[tokio::test]
async fn a_read_that_fails_fails_the_list() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "ListResources" => Answer::ok(json!({ "ResourceDescriptions": [{ "Identifier": "a" }] }).to_string()),
        _ => Answer::json_error(400, "AccessDeniedException", "not you"),
    });
    let error =
        listed(&*handler(CONFIG), &stub.context(&[]).await).await.expect_err("what it uses is unknown");
    assert_eq!(error.kind, ErrorKind::Denied);
}

#[tokio::test]
async fn what_is_listed_below_others_is_listed_below_all_of_them() {
    let stub = Stub::start(|request: &Request| {
        let input = input(request);
        let body = match (input["TypeName"].as_str(), input["ResourceModel"].as_str()) {
            (Some("AWS::DeviceFarm::Project"), None) => json!({ "ResourceDescriptions": [
                described("arn:p1", &json!({ "Arn": "arn:p1" })), described("arn:p2", &json!({ "Arn": "arn:p2" })),
                described("arn:gone", &json!({})),
            ] }),
            (Some("AWS::DeviceFarm::DevicePool"), Some(model)) => {
                let model: Value = serde_json::from_str(model).expect("JSON");
                let project = model["ProjectArn"].as_str().expect("an ARN");
                if project == "arn:gone" {
                    return Answer::json_error(400, "ResourceNotFoundException", "no such project");
                }
                let id = format!("{project}/pool");
                let whole = json!({ "Arn": id, "Name": "pool", "Tags": [{ "Key": "a", "Value": "b" }] });
                json!({ "ResourceDescriptions": [described(&id, &whole)] })
            }
            other => panic!("{other:?}"),
        };
        Answer::ok(body.to_string())
    });
    let handler = handler("AWS::DeviceFarm::DevicePool");
    let mut found = listed(&*handler, &stub.context(&[]).await).await.expect("two projects");
    found.sort_by(|one, other| one.id.cmp(&other.id));
    let ids: Vec<&str> = found.iter().map(|one| &*one.id).collect();
    assert_eq!(ids, ["arn:p1/pool", "arn:p2/pool"]);
    assert_eq!(found[0].refs, [Ref { type_name: "DeviceFarmProject".into(), target: "arn:p1".into() }]);
}

#[tokio::test]
async fn a_deletion_is_followed_to_its_end() {
    let polls = AtomicUsize::new(0);
    let stub = Stub::start(move |request: &Request| match request.operation() {
        "DeleteResource" => event("IN_PROGRESS", &json!({})),
        "GetResourceRequestStatus" => {
            assert_eq!(input(request)["RequestToken"], "request-1");
            match polls.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => event("IN_PROGRESS", &json!({})),
                _ => event("SUCCESS", &json!({})),
            }
        }
        other => panic!("{other}"),
    });
    let (handler, context) = (handler(CONFIG), stub.context(&[]).await);
    assert_eq!(handler.delete(&context, &config("a")).await.expect("taken"), Deletion::Started);
    assert_eq!(handler.status(&context, &config("a")).await.expect("told"), Some(Status::Deleting));
    // Whoever asks for it again while AWS works on it hears of that one.
    assert_eq!(handler.delete(&context, &config("a")).await.expect("taken"), Deletion::Started);
    assert_eq!(handler.status(&context, &config("a")).await.expect("told"), Some(Status::Gone));
    let asked = stub.operations().into_iter().filter(|operation| operation == "DeleteResource").count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn each_attempt_has_a_token_of_its_own_and_ends_after_a_few() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "DeleteResource" => event("IN_PROGRESS", &json!({})),
        _ => event("FAILED", &json!({ "ErrorCode": "GeneralServiceException", "StatusMessage": "no luck" })),
    });
    let (handler, context) = (handler(CONFIG), stub.context(&[]).await);
    for _ in 0..2 {
        assert_eq!(handler.delete(&context, &config("a")).await.expect("taken"), Deletion::Started);
        let status = handler.status(&context, &config("a")).await.expect("told");
        assert_eq!(status, Some(Status::Failed("GeneralServiceException: no luck".to_owned())));
    }
    // Told twice, since whoever hears it may believe that it passes.
    for _ in 0..2 {
        let error = handler.delete(&context, &config("a")).await.expect_err("it failed twice");
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (ErrorKind::Unexpected, Some("GeneralServiceException"))
        );
        assert_eq!(error.message, "no luck");
    }
    let requests = stub.requests();
    let deletions = requests.iter().filter(|request| request.operation() == "DeleteResource");
    let tokens: BTreeSet<String> =
        deletions.map(|request| input(request)["ClientToken"].to_string()).collect();
    assert_eq!(tokens.len(), 2, "{tokens:?}");
    assert!(tokens.iter().all(|token| token.len() > 10), "{tokens:?}");
}

#[tokio::test]
async fn a_list_tells_how_deletions_go_and_lets_what_failed_be_tried_anew() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "DeleteResource" => event("PENDING", &json!({})),
        "ListResources" => {
            let whole =
                json!({ "Arn": "a", "Name": "a", "Tags": [{ "Key": "a", "Value": "b" }], "ConfigData": {} });
            Answer::ok(json!({ "ResourceDescriptions": [described("a", &whole)] }).to_string())
        }
        _ => event("FAILED", &json!({ "ErrorCode": "AccessDenied", "StatusMessage": "not you" })),
    });
    let (handler, context) = (handler(CONFIG), stub.context(&[]).await);
    assert_eq!(handler.delete(&context, &config("a")).await.expect("taken"), Deletion::Started);
    let found = listed(&*handler, &context).await.expect("listed");
    assert_eq!(found[0].state, State::Failed("AccessDenied: not you".into()));
    // What nobody may do is not asked for again.
    let error = handler.delete(&context, &config("a")).await.expect_err("it was refused");
    assert_eq!(error.kind, ErrorKind::Denied);
    listed(&*handler, &context).await.expect("listed");
    assert_eq!(handler.delete(&context, &config("a")).await.expect("taken"), Deletion::Started);
}

#[tokio::test]
async fn who_has_lost_the_token_looks_for_the_resource() {
    let stub = Stub::start(|request: &Request| match request.operation() {
        "DeleteResource" => event("IN_PROGRESS", &json!({})),
        "GetResourceRequestStatus" => {
            Answer::json_error(400, "RequestTokenNotFoundException", "no such request")
        }
        _ => match input(request)["Identifier"].as_str() {
            Some("gone") => Answer::json_error(400, "ResourceNotFoundException", "no such thing"),
            Some("dumb") => Answer::json_error(400, "UnsupportedActionException", "no READ"),
            _ => Answer::ok(json!({ "ResourceDescription": { "Identifier": "a" } }).to_string()),
        },
    });
    let (handler, context) = (handler(CONFIG), stub.context(&[]).await);
    assert_eq!(handler.delete(&context, &config("a")).await.expect("taken"), Deletion::Started);
    for (id, status) in [("a", Some(Status::Present)), ("gone", Some(Status::Gone)), ("dumb", None)] {
        assert_eq!(handler.status(&context, &config(id)).await.expect("told"), status, "{id}");
    }
}

#[tokio::test]
async fn refusals_say_what_to_do_about_them() {
    let code = |code: &'static str| {
        Stub::start(move |request: &Request| {
            assert_eq!(request.operation(), "DeleteResource");
            Answer::json_error(400, code, "no")
        })
    };
    for (name, kind) in [
        ("ConcurrentOperationException", ErrorKind::Dependency),
        ("UnsupportedActionException", ErrorKind::UnsupportedRegion),
        ("TypeNotFoundException", ErrorKind::UnsupportedRegion),
        ("ResourceNotFoundException", ErrorKind::Gone),
    ] {
        let context = code(name).context(&[]).await;
        let error = handler(CONFIG).delete(&context, &config("a")).await.expect_err("refused");
        assert_eq!(error.kind, kind, "{name}");
    }
}

#[test]
fn every_code_of_a_handler_has_its_meaning() {
    for (code, message, kind) in [
        ("NotUpdatable", "", ErrorKind::Unexpected),
        ("InvalidRequest", "wrong", ErrorKind::Invalid),
        ("InvalidRequest", "The group is in use by another thing", ErrorKind::Dependency),
        ("InvalidRequest", "Deletion protection is on", ErrorKind::Protected),
        ("AccessDenied", "", ErrorKind::Denied),
        ("UnauthorizedTaggingOperation", "", ErrorKind::Denied),
        ("InvalidCredentials", "", ErrorKind::Denied),
        ("AlreadyExists", "", ErrorKind::Unexpected),
        ("NotFound", "", ErrorKind::Gone),
        ("ResourceConflict", "", ErrorKind::Dependency),
        ("Throttling", "", ErrorKind::Throttled),
        ("ServiceLimitExceeded", "", ErrorKind::Throttled),
        ("NotStabilized", "", ErrorKind::Transient),
        ("GeneralServiceException", "no luck", ErrorKind::Unexpected),
        ("GeneralServiceException", "it still has members", ErrorKind::Dependency),
        ("ServiceInternalError", "", ErrorKind::Transient),
        ("ServiceTimeout", "", ErrorKind::Transient),
        ("NetworkFailure", "", ErrorKind::Transient),
        ("InternalFailure", "", ErrorKind::Transient),
        ("SomethingNew", "", ErrorKind::Unexpected),
    ] {
        assert_eq!(failure(Some(code), Some(message)).kind, kind, "{code} {message}");
    }
    assert_eq!(failure(None, None).kind, ErrorKind::Unexpected);
}

#[test]
fn stacks_own_what_they_name_by_its_type_and_physical_id() {
    let registry = crate::builtin().expect("the types fit together");
    let mut mine = config("arn:aws:groundstation:eu-west-1:111122223333:config/a");
    mine.name = "first".into();
    let mut stack = Resource::new("CloudFormationStack".into(), "eu-west-1".into(), "stack");
    let member = |id: &str| Member { cloudformation: CONFIG.into(), physical_id: id.into() };
    // CloudFormation chooses what it calls a member by: the identifier, or the name.
    for id in [&*mine.id, "first"] {
        stack.members = [member(id)].into();
        let all = [stack.clone(), mine.clone(), config("another")];
        let relations = Relations::of(all.iter(), &registry);
        assert_eq!((&relations.owners[1][..], &relations.owners[2][..]), (&[0][..], &[][..]), "{id}");
    }
}

#[tokio::test]
async fn tags_that_nobody_can_read_keep_what_bears_them() {
    let hidden =
        Schema::all().iter().find(|schema| schema.tags() == TagPlace::Hidden).expect("there are some");
    let whole = json!({ "Identifier": "a" });
    let model = super::facts::Model::read(hidden, &serde_json::Map::new(), &whole).expect("an identifier");
    let context = Stub::start(|_| Answer::ok("{}")).context(&[]).await;
    let resource = model.resource(&context, hidden, &hidden.name.into(), &[], true);
    assert!(matches!(resource.tags, Fact::Unreadable(_)), "{:?}", resource.tags);
}

#[tokio::test]
async fn what_is_of_aws_or_of_others_is_left_alone() {
    let schema = Schema::find(CONFIG).expect("it is there");
    let context: Context = Stub::start(|_| Answer::ok("{}")).context(&[]).await;
    let of = |arn: &str| {
        let model = super::facts::Model::read(schema, &serde_json::Map::new(), &json!({ "Identifier": arn }));
        let resource = model.expect("an identifier").resource(&context, schema, &CONFIG.into(), &[], true);
        (resource.managed.is_some(), resource.protection.is_some())
    };
    assert_eq!(of("arn:aws:groundstation:eu-west-1:111122223333:config/mine"), (false, false));
    assert_eq!(of("arn:aws:groundstation:eu-west-1:aws:config/theirs"), (true, false));
    assert_eq!(of("arn:aws:groundstation:eu-west-1:999999999999:config/theirs"), (true, false));
    assert_eq!(of("arn:aws:groundstation:eu-west-1:111122223333:config/default"), (false, true));
}
