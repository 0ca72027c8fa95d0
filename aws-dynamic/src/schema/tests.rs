use super::*;
use crate::model::Models;

fn schemas(service: &str, operation: &str) -> &'static OperationSchemas {
    let service = Models::builtin().service(service).expect("a service");
    service.operation(operation).expect("an operation").schemas()
}

#[test]
fn uri_labels_are_bound_by_member_name() {
    let schema = schemas("s3", "ListObjectsV2").input.schema;
    assert!(schema.http().expect("bound to HTTP").uri().contains("{Bucket}"));
}

#[test]
fn ec2_inputs_are_flat_and_capitalized() {
    let input = schemas("ec2", "DescribeRegions").input;
    let filters = input.members().iter().find(|member| member.name == "Filters").expect("a member");
    assert!(filters.schema.xml_flattened());
    assert_eq!(filters.schema.xml_name().map(|name| name.value()), Some("Filter"));
}

#[test]
fn an_operation_is_built_once() {
    assert!(std::ptr::eq(schemas("sts", "AssumeRole"), schemas("sts", "AssumeRole")));
}

#[test]
fn many_threads_see_only_complete_shapes() {
    let service = Models::builtin().service("cloudformation").expect("a service");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for name in service.operations() {
                    let schemas = service.operation(name).expect("listed").schemas();
                    walk(schemas.input, 0);
                    walk(schemas.output, 0);
                }
            });
        }
    });
}

fn walk(node: &Node, depth: u8) {
    use aws_smithy_schema::ShapeType;
    if depth > 8 {
        return;
    }
    if matches!(node.kind, ShapeType::List | ShapeType::Map) {
        walk(node.element(), depth + 1);
    }
    assert_eq!(node.members().len(), node.schema.members().len(), "{}", node.name);
    for member in node.members() {
        walk(member.target, depth + 1);
    }
}
