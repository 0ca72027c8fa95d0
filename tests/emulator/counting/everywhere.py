"""Global services: IAM, S3, CloudFront, Route 53."""

import re

from .inventory import kept_by_tags, tag_map

HOME = "us-east-1"
ROLES = re.compile(
    r"OrganizationAccountAccessRole$|AWSControlTower|aws-controltower-|stacksets-exec-|AWSReservedSSO_", re.I
)


def count(inventory):
    """Counts everything that has no region."""
    for step in (iam_roles, iam_rest, s3, cloudfront, route53):
        yield lambda step=step: step(inventory)


def iam_roles(inv):
    """Roles with what they hold: what a kept role needs is kept with it."""
    iam = inv.client("iam", HOME)
    policies = set()
    profiles = set()
    for role in inv.pages("iam", HOME, "list_roles", "Roles"):
        name = role["RoleName"]
        reason = None
        if role["Path"].startswith(("/aws-service-role/", "/aws-reserved/")):
            reason = "belongs to AWS"
        elif ROLES.match(name):
            reason = "belongs to the organisation"
        elif f":assumed-role/{name}/" in inv.caller:
            reason = "the caller"
        else:
            reason = kept_by_tags(tag_map(iam.list_role_tags(RoleName=name)["Tags"]))
        inv.found("IAMRole", name, "global", reason)
        if reason:
            attached = inv.pages("iam", HOME, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
            policies.update(policy["PolicyArn"] for policy in attached)
            own = inv.pages("iam", HOME, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=name)
            profiles.update(profile["InstanceProfileName"] for profile in own)
    for policy in inv.pages("iam", HOME, "list_policies", "Policies", Scope="Local"):
        arn = policy["Arn"]
        inv.found("IAMPolicy", arn, "global", "needed by a kept role" if arn in policies else None)
    for profile in inv.pages("iam", HOME, "list_instance_profiles", "InstanceProfiles"):
        name = profile["InstanceProfileName"]
        inv.found("IAMInstanceProfile", name, "global", "needed by a kept role" if name in profiles else None)


def iam_rest(inv):
    """Users, groups, providers, devices, certificates."""
    iam = inv.client("iam", HOME)
    for user in inv.pages("iam", HOME, "list_users", "Users"):
        mine = inv.caller.endswith(f":user{user['Path']}{user['UserName']}")
        reason = "the caller" if mine else kept_by_tags(tag_map(user.get("Tags")))
        inv.found("IAMUser", user["UserName"], "global", reason)
        for key in inv.pages("iam", HOME, "list_access_keys", "AccessKeyMetadata", UserName=user["UserName"]):
            inv.found("IAMUserAccessKey", key["AccessKeyId"], "global", reason)
    for group in inv.pages("iam", HOME, "list_groups", "Groups"):
        inv.found("IAMGroup", group["GroupName"], "global")
    for provider in iam.list_saml_providers()["SAMLProviderList"]:
        sso = ":saml-provider/AWSSSO_" in provider["Arn"]
        inv.found("IAMSAMLProvider", provider["Arn"], "global", "belongs to IAM Identity Center" if sso else None)
    for provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        inv.found("IAMOpenIDConnectProvider", provider["Arn"], "global")
    for certificate in inv.pages("iam", HOME, "list_server_certificates", "ServerCertificateMetadataList"):
        inv.found("IAMServerCertificate", certificate["ServerCertificateName"], "global")
    for device in inv.pages("iam", HOME, "list_virtual_mfa_devices", "VirtualMFADevices"):
        root = device["SerialNumber"].endswith("/root-account-mfa-device")
        inv.found("IAMVirtualMFADevice", device["SerialNumber"], "global", "of the root user" if root else None)


def s3(inv):
    """Buckets with the number of their versions, markers and unfinished uploads."""
    client = inv.client("s3", HOME)
    for bucket in inv.pages("s3", HOME, "list_buckets", "Buckets"):
        name = bucket["Name"]
        region = client.get_bucket_location(Bucket=name)["LocationConstraint"] or HOME
        local = inv.client("s3", region)
        try:
            tags = tag_map(local.get_bucket_tagging(Bucket=name)["TagSet"])
        except local.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchTagSet":
                raise
            tags = {}
        reason = kept_by_tags(tags)
        inv.found("S3Bucket", name, region, reason)
        for page in local.get_paginator("list_object_versions").paginate(Bucket=name):
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                inv.found("S3Object", f"{name}/{version['Key']}#{version['VersionId']}", region, reason)
        for upload in inv.pages("s3", region, "list_multipart_uploads", "Uploads", Bucket=name):
            inv.found("S3MultipartUpload", f"{name}/{upload['Key']}", region, reason)


def cloudfront(inv):
    """Distributions and their parts; policies only if they are not managed by AWS."""
    client = inv.client("cloudfront", HOME)

    def items(method, key, **parameters):
        try:
            return getattr(client, method)(**parameters)[key].get("Items") or []
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "NotImplementedByEmulator":
                raise
            inv.unsupported.add(f"cloudfront:{method}")
            return []

    for kind, method, key, name in (
        ("CloudFrontDistribution", "list_distributions", "DistributionList", "Id"),
        ("CloudFrontOriginAccessControl", "list_origin_access_controls", "OriginAccessControlList", "Id"),
        (
            "CloudFrontOriginAccessIdentity",
            "list_cloud_front_origin_access_identities",
            "CloudFrontOriginAccessIdentityList",
            "Id",
        ),
        ("CloudFrontPublicKey", "list_public_keys", "PublicKeyList", "Id"),
        ("CloudFrontFunction", "list_functions", "FunctionList", "Name"),
        ("CloudFrontKeyValueStore", "list_key_value_stores", "KeyValueStoreList", "Name"),
    ):
        for item in items(method, key):
            inv.found(kind, item[name], "global")
    for item in items("list_key_groups", "KeyGroupList"):
        inv.found("CloudFrontKeyGroup", item["KeyGroup"]["Id"], "global")
    for kind, method, key, inner in (
        ("CloudFrontCachePolicy", "list_cache_policies", "CachePolicyList", "CachePolicy"),
        (
            "CloudFrontOriginRequestPolicy",
            "list_origin_request_policies",
            "OriginRequestPolicyList",
            "OriginRequestPolicy",
        ),
        (
            "CloudFrontResponseHeadersPolicy",
            "list_response_headers_policies",
            "ResponseHeadersPolicyList",
            "ResponseHeadersPolicy",
        ),
    ):
        for item in items(method, key, Type="custom"):
            inv.found(kind, item[inner]["Id"], "global")


def route53(inv):
    """Zones with their records, health checks, traffic policies."""
    for zone in inv.pages("route53", HOME, "list_hosted_zones", "HostedZones"):
        inv.found("Route53HostedZone", zone["Id"], "global")
        for record in inv.pages(
            "route53", HOME, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]
        ):
            if record["Type"] not in ("SOA", "NS") or record["Name"] != zone["Name"]:
                inv.found("Route53ResourceRecordSet", f"{record['Name']} {record['Type']}", "global")
    for check in inv.pages("route53", HOME, "list_health_checks", "HealthChecks"):
        inv.found("Route53HealthCheck", check["Id"], "global")
