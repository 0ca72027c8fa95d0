"""Streams, namespaces, work groups, schedules, queues; ids that nobody knows."""

import json

from .harness import check, refuses


@check
def stream_consumers(w):
    """A stream with consumers goes when told so."""
    w.kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = w.kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    w.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")
    refuses("ResourceInUseException", w.kinesis.delete_stream, StreamName="s")
    w.kinesis.delete_stream(StreamName="s", EnforceConsumerDeletion=True)


@check
def namespaces(w):
    """A namespace goes without services, a service without instances."""
    discovery = w.servicediscovery
    discovery.create_http_namespace(Name="n")
    namespace = discovery.list_namespaces()["Namespaces"][0]["Id"]
    service = discovery.create_service(Name="s", NamespaceId=namespace)["Service"]["Id"]
    discovery.register_instance(ServiceId=service, InstanceId="i", Attributes={"AWS_INSTANCE_IPV4": "10.0.0.1"})
    refuses("ResourceInUse", discovery.delete_namespace, Id=namespace)
    refuses("ResourceInUse", discovery.delete_service, Id=service)
    discovery.deregister_instance(ServiceId=service, InstanceId="i")
    discovery.delete_service(Id=service)
    discovery.delete_namespace(Id=namespace)


@check
def work_group(w):
    """The primary group stays, another goes empty or recursively."""
    refuses("InvalidRequestException", w.athena.delete_work_group, WorkGroup="primary")
    w.athena.create_work_group(Name="g", Configuration={})
    w.athena.create_named_query(Name="q", Database="d", QueryString="select 1", WorkGroup="g")
    refuses("InvalidRequestException", w.athena.delete_work_group, WorkGroup="g")
    w.athena.delete_work_group(WorkGroup="g", RecursiveDeleteOption=True)


@check
def schedule_group(w):
    """The default group stays."""
    refuses("ValidationException", w.scheduler.delete_schedule_group, Name="default")
    w.scheduler.create_schedule_group(Name="g")
    w.scheduler.delete_schedule_group(Name="g")


@check
def receipt_rule_set(w):
    """The active rule set stays."""
    w.ses.create_receipt_rule_set(RuleSetName="set")
    w.ses.set_active_receipt_rule_set(RuleSetName="set")
    refuses("CannotDelete", w.ses.delete_receipt_rule_set, RuleSetName="set")
    w.ses.set_active_receipt_rule_set()
    w.ses.delete_receipt_rule_set(RuleSetName="set")


@check
def repository_images(w):
    """A repository with images goes by force."""
    w.ecr.create_repository(repositoryName="repo")
    manifest = '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}'
    w.ecr.put_image(repositoryName="repo", imageManifest=manifest, imageTag="t")
    refuses("RepositoryNotEmptyException", w.ecr.delete_repository, repositoryName="repo")
    w.ecr.delete_repository(repositoryName="repo", force=True)


@check
def xray_groups(w):
    """The default group and rule stay."""
    arn = w.xray.create_group(GroupName="g", Tags=[{"Key": "a", "Value": "b"}])["Group"]["GroupARN"]
    assert w.xray.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert [g["GroupName"] for g in w.xray.get_groups()["Groups"]] == ["Default", "g"]
    refuses("InvalidRequestException", w.xray.delete_group, GroupName="Default")
    w.xray.delete_group(GroupARN=arn)
    refuses("InvalidRequestException", w.xray.delete_group, GroupARN=arn)
    refuses("InvalidRequestException", w.xray.delete_sampling_rule, RuleName="Default")


@check
def queue_pages(w):
    """ListQueues pages when a page size is asked for."""
    for number in range(5):
        w.sqs.create_queue(QueueName=f"q{number}")
    pages = w.sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["QueueUrls"]) for page in pages] == [2, 2, 1]


@check
def tagging(w):
    """The tagging API gives tagged resources of several services, in pages."""
    for number in range(3):
        w.sqs.create_queue(QueueName=f"q{number}", tags={"team": "red"})
    w.s3.create_bucket(Bucket=f"tagged-{w.account}")
    tags = {"TagSet": [{"Key": "team", "Value": "red"}]}
    w.s3.put_bucket_tagging(Bucket=f"tagged-{w.account}", Tagging=tags)
    w.logs.create_log_group(logGroupName="g", tags={"team": "red"})
    pages = w.resourcegroupstaggingapi.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": "team", "Values": ["red"]}], PaginationConfig={"PageSize": 2}
    )
    arns = [r["ResourceARN"] for page in pages for r in page["ResourceTagMappingList"]]
    assert len(arns) == 5 and any(arn.startswith("arn:aws:s3") for arn in arns), arns


@check
def unknown_ids(w):
    """An unknown id is a proper "not found" where moto has a Python exception."""
    refuses("ResourceNotFoundException", getattr(w, "lambda").delete_function, FunctionName="nope")
    refuses("NotFoundException", w.mq.delete_broker, BrokerId="nope")
    refuses("NotFoundException", w.kafka.delete_cluster, ClusterArn="arn:aws:kafka:us-east-1:1:cluster/nope/1")
    refuses("FileSystemNotFound", w.efs.delete_file_system, FileSystemId="fs-00000000")
    w.ssm.delete_patch_baseline(BaselineId="pb-00000000000000000")
    refuses("InvalidTransitGatewayID.NotFound", w.ec2.delete_transit_gateway, TransitGatewayId="tgw-0")


@check
def added_deletions(w):
    """Deletions that moto lacks: gone once, and then not there."""
    w.athena.create_data_catalog(Name="c", Type="GLUE", Parameters={"catalog-id": w.account})
    w.athena.delete_data_catalog(Name="c")
    refuses("InvalidRequestException", w.athena.delete_data_catalog, Name="c")
    query = w.athena.create_named_query(Name="q", Database="d", QueryString="select 1")["NamedQueryId"]
    w.athena.delete_named_query(NamedQueryId=query)
    refuses("InvalidRequestException", w.athena.delete_named_query, NamedQueryId=query)
    given = {"Name": "c", "ConnectionType": "NETWORK", "ConnectionProperties": {}}
    w.glue.create_connection(ConnectionInput=given)
    w.glue.delete_connection(ConnectionName="c")
    refuses("EntityNotFoundException", w.glue.delete_connection, ConnectionName="c")
    key = w.cloudfront.create_public_key(
        PublicKeyConfig={"CallerReference": "r", "Name": "k", "EncodedKey": "k"}
    )["PublicKey"]["Id"]
    group = w.cloudfront.create_key_group(KeyGroupConfig={"Name": "g", "Items": [key]})["KeyGroup"]["Id"]
    w.cloudfront.delete_key_group(Id=group)
    refuses("NoSuchResource", w.cloudfront.delete_key_group, Id=group)


@check
def cloud_control(w):
    """Lists in pages, by identifier alone; deletions take a few looks, wait for what uses the resource, and may fail late."""
    control, config = w.cloudcontrol, "AWS::GroundStation::Config"

    def make(type_, **properties):
        made = control.create_resource(TypeName=type_, DesiredState=json.dumps(properties))
        return made["ProgressEvent"]["Identifier"]

    def delete(type_, identifier, **more):
        token = control.delete_resource(TypeName=type_, Identifier=identifier, **more)["ProgressEvent"]["RequestToken"]
        for look in range(10):
            event = control.get_resource_request_status(RequestToken=token)["ProgressEvent"]
            if event["OperationStatus"] != "IN_PROGRESS":
                return look, event
        raise AssertionError("it never ends")

    ids = [make(config, Name=name) for name in ("a", "b", "c")]
    pages = list(control.get_paginator("list_resources").paginate(TypeName=config))
    assert [len(page["ResourceDescriptions"]) for page in pages] == [2, 1], pages
    assert list(json.loads(pages[0]["ResourceDescriptions"][0]["Properties"])) == ["Arn"]
    found = control.get_resource(TypeName=config, Identifier=ids[0])["ResourceDescription"]
    assert json.loads(found["Properties"])["Name"] == "a"
    refuses("TypeNotFoundException", control.list_resources, TypeName="AWS::No::Such")
    refuses("ResourceNotFoundException", control.delete_resource, TypeName=config, Identifier="none")
    refuses("RequestTokenNotFoundException", control.get_resource_request_status, RequestToken="none")
    control.delete_resource(TypeName=config, Identifier=ids[1])
    refuses("ConcurrentOperationException", control.delete_resource, TypeName=config, Identifier=ids[1])
    looks, event = delete(config, ids[0])
    assert looks > 0 and event["OperationStatus"] == "SUCCESS", event
    refuses("ResourceNotFoundException", control.get_resource, TypeName=config, Identifier=ids[0])

    location = make("AWS::MediaTailor::SourceLocation", SourceLocationName="here")
    source = "AWS::MediaTailor::LiveSource"
    refuses("InvalidRequestException", control.list_resources, TypeName=source)
    live = make(source, SourceLocationName="here", LiveSourceName="live")
    model = json.dumps({"SourceLocationName": "here"})
    listed = control.list_resources(TypeName=source, ResourceModel=model)["ResourceDescriptions"]
    assert [one["Identifier"] for one in listed] == [live], listed
    _, event = delete("AWS::MediaTailor::SourceLocation", location, ClientToken="t")
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "ResourceConflict"), event
    assert delete(source, live)[1]["OperationStatus"] == "SUCCESS"
    # The old token stands for the old request.
    assert delete("AWS::MediaTailor::SourceLocation", location, ClientToken="t")[1]["OperationStatus"] == "FAILED"
    assert delete("AWS::MediaTailor::SourceLocation", location, ClientToken="u")[1]["OperationStatus"] == "SUCCESS"

    stuck = make(config, Name="stuck", Tags=[{"Key": "emulator:fail", "Value": "GeneralServiceException"}])
    _, event = delete(config, stuck)
    assert event["ErrorCode"] == "GeneralServiceException" and event["StatusMessage"], event
