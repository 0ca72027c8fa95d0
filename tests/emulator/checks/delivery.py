"""API Gateway, CloudFront, Route 53, WAF, events."""

from .harness import check, refuses


@check
def usage_plan(w):
    """A usage plan goes without stages, an API without base paths."""
    gateway = w.apigateway
    api = gateway.create_rest_api(name="a")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="s")
    plan = gateway.create_usage_plan(name="p", apiStages=[{"apiId": api, "stage": "s"}])["id"]
    refuses("BadRequestException", gateway.delete_usage_plan, usagePlanId=plan)
    gateway.update_usage_plan(
        usagePlanId=plan, patchOperations=[{"op": "remove", "path": "/apiStages", "value": f"{api}:s"}]
    )
    gateway.delete_usage_plan(usagePlanId=plan)
    gateway.create_domain_name(domainName="api.example.com", certificateName="c")
    gateway.create_base_path_mapping(domainName="api.example.com", restApiId=api, stage="s")
    refuses("BadRequestException", gateway.delete_rest_api, restApiId=api)
    gateway.delete_base_path_mapping(domainName="api.example.com", basePath="(none)")
    gateway.delete_rest_api(restApiId=api)
    refuses("NotFoundException", gateway.delete_rest_api, restApiId=api)


@check
def distribution(w):
    """A distribution goes disabled, with the current ETag."""
    front = w.cloudfront
    config = {
        "CallerReference": "r",
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "allow-all",
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            "MinTTL": 0,
        },
    }
    made = front.create_distribution(DistributionConfig=config)
    name, etag = made["Distribution"]["Id"], made["ETag"]
    refuses("DistributionNotDisabled", front.delete_distribution, Id=name, IfMatch=etag)
    current = front.get_distribution_config(Id=name)
    current["DistributionConfig"]["Enabled"] = False
    after = front.update_distribution(
        Id=name, IfMatch=current["ETag"], DistributionConfig=current["DistributionConfig"]
    )
    assert after["ETag"] != etag
    refuses("PreconditionFailed", front.delete_distribution, Id=name, IfMatch=etag)
    deployed = front.get_distribution(Id=name)
    assert deployed["Distribution"]["Status"] == "Deployed", deployed["Distribution"]["Status"]
    front.delete_distribution(Id=name, IfMatch=deployed["ETag"])
    refuses("NoSuchDistribution", front.get_distribution, Id=name)


@check
def hosted_zone(w):
    """A zone goes without records."""
    zone = w.route53.create_hosted_zone(Name="check.example", CallerReference="r")["HostedZone"]["Id"]
    record = {"Name": "a.check.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    for action in ("CREATE", "DELETE"):
        change = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        w.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)
        if action == "CREATE":
            refuses("HostedZoneNotEmpty", w.route53.delete_hosted_zone, Id=zone)
    w.route53.delete_hosted_zone(Id=zone)


@check
def web_acl(w):
    """Lock tokens, associations, and sets that an ACL cites."""
    waf = w.wafv2
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    ip_set = waf.create_ip_set(Name="i", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
    rule = {
        "Name": "r",
        "Priority": 1,
        "Statement": {"IPSetReferenceStatement": {"ARN": ip_set["ARN"]}},
        "Action": {"Block": {}},
        "VisibilityConfig": seen,
    }
    acl = waf.create_web_acl(
        Name="a", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[rule]
    )["Summary"]
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=f"arn:aws:appsync:us-east-1:{w.account}:apis/x")

    def parts(item, token=None):
        return {"Name": item["Name"], "Scope": "REGIONAL", "Id": item["Id"], "LockToken": token or item["LockToken"]}

    refuses("WAFAssociatedItemException", waf.delete_ip_set, **parts(ip_set))
    refuses("WAFAssociatedItemException", waf.delete_web_acl, **parts(acl))
    waf.disassociate_web_acl(ResourceArn=f"arn:aws:appsync:us-east-1:{w.account}:apis/x")
    stale = "00000000-0000-0000-0000-000000000000"
    refuses("WAFOptimisticLockException", waf.delete_web_acl, **parts(acl, stale))
    waf.delete_web_acl(**parts(acl))
    waf.delete_ip_set(**parts(ip_set))


@check
def event_rule(w):
    """A rule goes without targets; the default bus stays."""
    events = w.events
    events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
    queue = f"arn:aws:sqs:us-east-1:{w.account}:q"
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": queue}])
    refuses("ValidationException", events.delete_rule, Name="r")
    events.remove_targets(Rule="r", Ids=["t"])
    events.delete_rule(Name="r")
    refuses("ValidationException", events.delete_event_bus, Name="default")


@check
def certificate(w):
    """A certificate in use stays."""
    arn = w.acm.request_certificate(DomainName="check.example")["CertificateArn"]
    vpc, one = w.vpc()
    two = w.ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.5.0/24", AvailabilityZone="us-east-1b")["Subnet"]["SubnetId"]
    balancer = w.elbv2.create_load_balancer(Name="b", Subnets=[one, two])["LoadBalancers"][0]["LoadBalancerArn"]
    group = w.elbv2.create_target_group(Name="t", Protocol="HTTPS", Port=443, VpcId=vpc)["TargetGroups"][0]
    w.elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    refuses("ResourceInUseException", w.acm.delete_certificate, CertificateArn=arn)
    w.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    w.acm.delete_certificate(CertificateArn=arn)
