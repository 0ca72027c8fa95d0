//! Builds the nodes of one operation, sharing those of the service's other operations.

use std::{collections::HashMap, sync::OnceLock};

use aws_smithy_schema::{PayloadHint, Schema, ShapeId, ShapeType, intern_header_name, traits::HttpTrait};

use super::{
    Decoding, Member, Node, OperationSchemas,
    node::StaticSchema,
    wire::{SharedTraits, leak, shape_type, uri_template, xml_name},
};
use crate::{
    model::{Protocol, RawReference, RawShape, RawType, ServiceModel},
    quirks,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    Input,
    Output,
}

/// Nodes by direction and shape; those of inputs and outputs themselves by operation as well.
pub(super) type Nodes = HashMap<(Direction, &'static str), &'static Node>;

/// Lists of lists deeper than this carry no element schema: some shapes contain themselves.
const NESTING: u8 = 6;

/// Stands in for the shape of an input or output that an operation does not have.
static NOTHING: RawShape = RawShape {
    kind: RawType::Structure,
    members: Vec::new(),
    member: None,
    key: None,
    value: None,
    required: Vec::new(),
    payload: None,
    flattened: false,
    union: false,
    document: false,
    location_name: None,
    timestamp_format: None,
    xml_namespace: None,
};

pub(super) struct Builder<'a> {
    service: &'static ServiceModel,
    protocol: Protocol,
    nodes: &'a mut Nodes,
}

/// What makes an input or output different from the same shape elsewhere.
struct Top<'a> {
    reference: Option<&'a RawReference>,
    http: Option<HttpTrait<'static>>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(service: &'static ServiceModel, nodes: &'a mut Nodes) -> Self {
        let protocol = service.protocol().expect("clients refuse a service whose protocol is not known");
        Self { service, protocol, nodes }
    }

    pub(super) fn operation(&mut self, name: &'static str) -> &'static OperationSchemas {
        let (name, raw) = self.service.raw_operation(name).expect("callers hand in names of the model");
        let (_, input) = self.shape(raw.input.as_ref());
        let http = HttpTrait::new(raw.method, uri_template(raw.uri, &input.members), None);
        let input = Top { reference: raw.input.as_ref(), http: Some(http) };
        let output = Top { reference: raw.output.as_ref(), http: None };
        Box::leak(Box::new(OperationSchemas {
            name,
            input: self.top(Direction::Input, &input),
            output: self.top(Direction::Output, &output),
            host_prefix: raw.host_prefix,
        }))
    }

    fn shape(&self, reference: Option<&RawReference>) -> (&'static str, &'static RawShape) {
        reference.and_then(|reference| self.service.raw_shape(reference.shape)).unwrap_or(("Unit", &NOTHING))
    }

    fn is_rest(&self) -> bool {
        matches!(self.protocol, Protocol::RestJson | Protocol::RestXml)
    }

    fn top(&mut self, direction: Direction, top: &Top<'_>) -> &'static Node {
        let (name, raw) = self.shape(top.reference);
        let payload = raw.payload.filter(|_| self.is_rest());
        let members: Vec<StaticSchema> = raw
            .members
            .iter()
            .enumerate()
            .map(|(index, (member, reference))| {
                let place = Place { parent: name, member, index, payload, is_top: self.is_rest() };
                self.member(direction, &place, reference, 0)
            })
            .collect();
        let id = ShapeId::from_parts(leak(&format!("aws#{name}")), "aws", name);
        let mut schema = Schema::new_struct(id, ShapeType::Structure, leak_slice(&members));
        schema =
            SharedTraits::new(self.protocol, direction, raw, None).apply(schema).with_original_name(name);
        if let Some(name) = top.reference.and_then(|reference| reference.location_name) {
            schema = schema.with_xml_name(name);
        }
        if let Some(namespace) = top.reference.and_then(|reference| reference.xml_namespace.as_deref()) {
            schema = schema.with_xml_namespace(namespace.uri, namespace.prefix);
        }
        if let Some(http) = &top.http {
            schema = schema.with_http(http.clone());
        }
        // Without this, restXml writes an empty root element for an input that is all path and query.
        if !members.iter().any(|member| is_body_member(member)) {
            schema = schema.with_no_body_members();
        }
        schema = schema.with_payload_hint(PayloadHint::Unknown);
        let node = leak_node(name, ShapeType::Structure, schema);
        self.fill(direction, node, raw, &members);
        node
    }

    fn node(&mut self, direction: Direction, reference: &RawReference) -> &'static Node {
        let (name, raw) = self.shape(Some(reference));
        if let Some(node) = self.nodes.get(&(direction, name)) {
            return node;
        }
        let kind = shape_type(raw);
        let id = ShapeId::from_parts(leak(&format!("aws#{name}")), "aws", name);
        let mut members = Vec::new();
        let schema = match kind {
            ShapeType::Structure | ShapeType::Union => {
                members = self.plain_members(direction, name, raw);
                Schema::new_struct(id, kind, leak_slice(&members))
            }
            ShapeType::List => {
                Schema::new_list(id, self.part(direction, name, "member", 0, raw.member.as_deref(), 0))
            }
            ShapeType::Map => Schema::new_map(
                id,
                self.part(direction, name, "key", 0, raw.key.as_deref(), 0),
                self.part(direction, name, "value", 1, raw.value.as_deref(), 0),
            ),
            kind => Schema::new(id, kind),
        };
        let schema = SharedTraits::new(self.protocol, direction, raw, None).apply(schema);
        let node = leak_node(name, kind, schema);
        // Before its members: a shape may contain itself.
        self.nodes.insert((direction, name), node);
        self.fill(direction, node, raw, &members);
        node
    }

    /// Sets the members or the element of a node.
    fn fill(
        &mut self,
        direction: Direction,
        node: &'static Node,
        raw: &'static RawShape,
        schemas: &[StaticSchema],
    ) {
        let element = match node.kind {
            ShapeType::List => raw.member.as_deref(),
            ShapeType::Map => raw.value.as_deref(),
            _ => None,
        };
        if let Some(reference) = element {
            let element = self.node(direction, reference);
            node.element.get_or_init(|| element);
        }
        let members = raw.members.iter().zip(schemas).map(|((name, reference), schema)| Member {
            name,
            schema,
            target: self.node(direction, reference),
            is_required: raw.required.contains(name),
            is_idempotency_token: reference.idempotency_token,
            decoding: self.decoding(direction, reference),
            payload: self.payload_schema(direction, reference, schema),
            skips_empty: self.protocol == Protocol::Ec2 && direction == Direction::Input,
        });
        // Set once per node, by the one builder that made it.
        node.members.get_or_init(|| members.collect());
    }

    fn decoding(&self, direction: Direction, reference: &RawReference) -> Decoding {
        match direction {
            Direction::Input if reference.jsonvalue => Decoding::Json,
            // In a body it is text that happens to be JSON, as everywhere else.
            Direction::Output if reference.jsonvalue && reference.location.is_some() => Decoding::Json,
            Direction::Output if quirks::is_url_encoded(self.service.id(), reference.shape) => Decoding::Url,
            _ => Decoding::Plain,
        }
    }

    fn plain_members(
        &self,
        direction: Direction,
        name: &'static str,
        raw: &'static RawShape,
    ) -> Vec<StaticSchema> {
        let place = |index, member| Place { parent: name, member, index, payload: None, is_top: false };
        let numbered = raw.members.iter().enumerate();
        numbered
            .map(|(index, (member, reference))| self.member(direction, &place(index, member), reference, 0))
            .collect()
    }

    /// The schema of a list's element, or of a map's key or value.
    fn part(
        &self,
        direction: Direction,
        parent: &'static str,
        member: &'static str,
        index: usize,
        reference: Option<&'static RawReference>,
        depth: u8,
    ) -> StaticSchema {
        let reference = reference.expect("lists have a member, maps a key and a value");
        self.member(
            direction,
            &Place { parent, member, index, payload: None, is_top: false },
            reference,
            depth,
        )
    }

    fn member(
        &self,
        direction: Direction,
        place: &Place<'_>,
        reference: &'static RawReference,
        depth: u8,
    ) -> StaticSchema {
        let (name, target) = self.shape(Some(reference));
        let kind = shape_type(target);
        let full = leak(&format!("aws#{}${}", place.parent, place.member));
        let id = ShapeId::from_parts_with_member(full, "aws", place.parent, place.member);
        let mut schema = Schema::new_member(id, kind, place.member, place.index);
        if depth < NESTING {
            schema = match kind {
                ShapeType::List => schema.with_list_member(self.part(
                    direction,
                    name,
                    "member",
                    0,
                    target.member.as_deref(),
                    depth + 1,
                )),
                ShapeType::Map => schema.with_map_members(
                    self.part(direction, name, "key", 0, target.key.as_deref(), depth + 1),
                    self.part(direction, name, "value", 1, target.value.as_deref(), depth + 1),
                ),
                _ => schema,
            };
        }
        schema = SharedTraits::new(self.protocol, direction, target, Some(reference)).apply(schema);
        Box::leak(Box::new(self.bind(direction, place, reference, target, kind, schema)))
    }

    /// Says where in the message a member goes, and under which name.
    fn bind(
        &self,
        direction: Direction,
        place: &Place<'_>,
        reference: &'static RawReference,
        target: &'static RawShape,
        kind: ShapeType,
        schema: Schema<'static>,
    ) -> Schema<'static> {
        let wire = reference.location_name.or(target.location_name);
        match reference.location.filter(|_| place.is_top) {
            Some("uri") => schema.with_http_label(),
            Some("querystring") if kind == ShapeType::Map => schema.with_http_query_params(),
            Some("querystring") => schema.with_http_query(wire.unwrap_or(place.member)),
            Some("header") => {
                let schema = schema.with_http_header(intern_header_name(wire.unwrap_or(place.member)));
                if reference.jsonvalue { schema.with_media_type("application/json") } else { schema }
            }
            Some("headers") => schema.with_http_prefix_headers(wire.unwrap_or_default()),
            Some("statusCode") => schema.with_http_response_code(),
            _ => {
                let schema = if place.is_top && place.payload == Some(place.member) {
                    schema.with_http_payload()
                } else {
                    schema
                };
                match self.protocol {
                    Protocol::RestJson | Protocol::Json10 | Protocol::Json11 => match wire {
                        Some(name) => schema.with_json_name(name),
                        None => schema,
                    },
                    protocol => match xml_name(protocol, direction, place.member, reference, Some(target)) {
                        Some(name) => schema.with_xml_name(name),
                        None => schema,
                    },
                }
            }
        }
    }

    /// The schema of a structure that is the whole body: its own, with the member's XML name and namespace.
    fn payload_schema(
        &self,
        direction: Direction,
        reference: &'static RawReference,
        member: StaticSchema,
    ) -> Option<StaticSchema> {
        let kind = member.shape_type();
        if member.http_payload().is_none() || !matches!(kind, ShapeType::Structure | ShapeType::Union) {
            return None;
        }
        let (name, raw) = self.shape(Some(reference));
        let members = self.plain_members(direction, name, raw);
        let id = ShapeId::from_parts(leak(&format!("aws#{name}")), "aws", name);
        let mut schema = Schema::new_struct(id, kind, leak_slice(&members));
        schema = SharedTraits::new(self.protocol, direction, raw, Some(reference)).apply(schema);
        if let Some(name) = reference.location_name {
            schema = schema.with_xml_name(name);
        }
        Some(Box::leak(Box::new(schema)))
    }
}

/// Where a member stands.
struct Place<'a> {
    parent: &'static str,
    member: &'static str,
    index: usize,
    /// The member that is the whole body.
    payload: Option<&'a str>,
    /// A member of the input or output itself, which may be bound to path, query or headers.
    is_top: bool,
}

fn is_body_member(member: &Schema<'_>) -> bool {
    member.http_label().is_none()
        && member.http_query().is_none()
        && member.http_query_params().is_none()
        && member.http_header().is_none()
        && member.http_prefix_headers().is_none()
        && member.http_response_code().is_none()
}

fn leak_slice(members: &[StaticSchema]) -> &'static [StaticSchema] {
    Box::leak(members.to_vec().into_boxed_slice())
}

fn leak_node(name: &'static str, kind: ShapeType, schema: Schema<'static>) -> &'static Node {
    let schema = Box::leak(Box::new(schema));
    Box::leak(Box::new(Node { name, kind, schema, members: OnceLock::new(), element: OnceLock::new() }))
}
