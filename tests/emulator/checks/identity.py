"""IAM, STS, Cognito, KMS."""

import json

from .harness import ALLOW, TRUST, World, check, post, refuses

TEST_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 check"


@check
def caller_identity(w):
    """Each key answers with the identity it was registered for."""
    who = w.sts.get_caller_identity()
    assert who["Account"] == w.account and who["Arn"].endswith(":assumed-role/account-cleaner/session"), who
    assert w.iam.get_role(RoleName="account-cleaner")
    user = World(w.url, identity="user/ci-runner").sts.get_caller_identity()
    assert user["Arn"].endswith(":user/ci-runner"), user
    root = World(w.url, identity="root").sts.get_caller_identity()
    assert root["Arn"].endswith(":root"), root


@check
def accounts_are_apart(w):
    """Two keys see two accounts, also with the same bucket name asked for."""
    other = World(w.url)
    w.sqs.create_queue(QueueName="mine")
    assert "QueueUrls" not in other.sqs.list_queues()
    bucket = f"check-{w.account}"
    w.s3.create_bucket(Bucket=bucket)
    assert other.s3.list_buckets()["Buckets"] == []
    refuses("AccessDenied", other.s3.list_objects_v2, Bucket=bucket)
    alias = World(w.url, alias="acme-sandbox").iam.list_account_aliases()["AccountAliases"]
    assert alias == ["acme-sandbox"], alias


@check
def assume_role(w):
    """A session of a role that does not exist is denied; one that does lands in its account."""
    member = post(w.url, "/_accounts", {"roles": ["OrganizationAccountAccessRole"]})
    arn = f"arn:aws:iam::{member['account']}:role/OrganizationAccountAccessRole"
    refuses("AccessDenied", w.sts.assume_role, RoleArn=arn + "x", RoleSessionName="ci")
    given = w.sts.assume_role(RoleArn=arn, RoleSessionName="ci")["Credentials"]
    session = {
        "access_key": given["AccessKeyId"],
        "secret": given["SecretAccessKey"],
        "token": given["SessionToken"],
    }
    who = w.client("sts", credentials=session).get_caller_identity()
    assert who["Account"] == member["account"], who
    assert who["Arn"].endswith(":assumed-role/OrganizationAccountAccessRole/ci"), who


@check
def role_with_parts(w):
    """A role goes after its policies and profiles."""
    iam = w.iam
    w.role("r")
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    refuses("DeleteConflict", iam.delete_role, RoleName="r")
    refuses("DeleteConflict", iam.delete_policy, PolicyArn=policy)
    iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    iam.put_role_policy(RoleName="r", PolicyName="i", PolicyDocument=ALLOW)
    refuses("DeleteConflict", iam.delete_role, RoleName="r")
    iam.delete_role_policy(RoleName="r", PolicyName="i")
    iam.create_instance_profile(InstanceProfileName="ip")
    iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="r")
    refuses("DeleteConflict", iam.delete_role, RoleName="r")
    refuses("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="ip")
    iam.remove_role_from_instance_profile(InstanceProfileName="ip", RoleName="r")
    iam.delete_instance_profile(InstanceProfileName="ip")
    iam.delete_role(RoleName="r")
    refuses("NoSuchEntity", iam.delete_role, RoleName="r")


@check
def roles_of_aws(w):
    """Roles of AWS are only modifiable by AWS; service-linked ones have their own call."""
    iam = w.iam
    path = "/aws-reserved/sso.amazonaws.com/"
    w.role("AWSReservedSSO_Admin_1", Path=path)
    iam.put_role_policy(RoleName="AWSReservedSSO_Admin_1", PolicyName="i", PolicyDocument=ALLOW)
    refuses("UnmodifiableEntity", iam.delete_role_policy, RoleName="AWSReservedSSO_Admin_1", PolicyName="i")
    refuses("UnmodifiableEntity", iam.delete_role, RoleName="AWSReservedSSO_Admin_1")
    linked = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]["RoleName"]
    refuses("UnmodifiableEntity", iam.delete_role, RoleName=linked)
    task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    refuses("AccessDenied", iam.delete_policy, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


@check
def policy_versions(w):
    """A policy goes without other versions, and not while it is a boundary."""
    iam = w.iam
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)
    refuses("DeleteConflict", iam.delete_policy, PolicyArn=policy)
    for version in iam.list_policy_versions(PolicyArn=policy)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=policy, VersionId=version["VersionId"])
    w.role("bound", PermissionsBoundary=policy)
    refuses("DeleteConflict", iam.delete_policy, PolicyArn=policy)
    iam.delete_role_permissions_boundary(RoleName="bound")
    iam.delete_policy(PolicyArn=policy)


@check
def user_with_parts(w):
    """A user goes after keys, devices, profile, groups, policies, SSH keys and certificates."""
    iam = w.iam
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")

    def held():
        refuses("DeleteConflict", iam.delete_user, UserName="u")

    key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    held()
    iam.delete_access_key(UserName="u", AccessKeyId=key)
    iam.create_login_profile(UserName="u", Password="Passw0rd!x")
    held()
    iam.delete_login_profile(UserName="u")
    iam.add_user_to_group(UserName="u", GroupName="g")
    held()
    refuses("DeleteConflict", iam.delete_group, GroupName="g")
    iam.remove_user_from_group(UserName="u", GroupName="g")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="d")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="u", SerialNumber=serial, **codes)
    held()
    refuses("DeleteConflict", iam.delete_virtual_mfa_device, SerialNumber=serial)
    iam.deactivate_mfa_device(UserName="u", SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    iam.put_user_policy(UserName="u", PolicyName="i", PolicyDocument=ALLOW)
    held()
    iam.delete_user_policy(UserName="u", PolicyName="i")
    ssh = iam.upload_ssh_public_key(UserName="u", SSHPublicKeyBody=TEST_KEY)["SSHPublicKey"]["SSHPublicKeyId"]
    held()
    iam.delete_ssh_public_key(UserName="u", SSHPublicKeyId=ssh)
    iam.put_group_policy(GroupName="g", PolicyName="i", PolicyDocument=ALLOW)
    refuses("DeleteConflict", iam.delete_group, GroupName="g")
    iam.delete_group_policy(GroupName="g", PolicyName="i")
    iam.delete_group(GroupName="g")
    iam.delete_user(UserName="u")


@check
def authorization_details(w):
    """One call gives roles with inline and attached policies and profiles, in pages."""
    for number in range(3):
        w.role(f"r{number}")
        w.iam.put_role_policy(RoleName=f"r{number}", PolicyName="i", PolicyDocument=ALLOW)
    w.iam.create_instance_profile(InstanceProfileName="ip")
    w.iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="r0")
    pages = w.iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["Role", "User", "Group", "LocalManagedPolicy"]
    )
    roles = {role["RoleName"]: role for page in pages for role in page["RoleDetailList"]}
    assert set(roles) == {"r0", "r1", "r2", "account-cleaner"}, roles.keys()
    assert roles["r1"]["RolePolicyList"][0]["PolicyName"] == "i"
    assert roles["r0"]["InstanceProfileList"][0]["InstanceProfileName"] == "ip", roles["r0"]
    assert roles["r0"]["AssumeRolePolicyDocument"]


@check
def organization(w):
    """The organisation of an account that has none, and of one that has."""
    refuses("AWSOrganizationsNotInUseException", w.organizations.describe_organization)
    w.organizations.create_organization(FeatureSet="ALL")
    found = w.organizations.describe_organization()["Organization"]
    assert found["MasterAccountId"] == w.account, found


@check
def user_pool(w):
    """A user pool goes after its domain, and unprotected."""
    cognito = w.cognito_idp
    pool = cognito.create_user_pool(PoolName="p", DeletionProtection="ACTIVE")["UserPool"]["Id"]
    refuses("InvalidParameterException", cognito.delete_user_pool, UserPoolId=pool)
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="check-domain")
    refuses("InvalidParameterException", cognito.delete_user_pool, UserPoolId=pool)
    cognito.delete_user_pool_domain(UserPoolId=pool, Domain="check-domain")
    cognito.delete_user_pool(UserPoolId=pool)


@check
def key_window(w):
    """A key waits 7 to 30 days and is scheduled once."""
    kms = w.kms
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    refuses("ValidationException", kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=3)
    kms.create_alias(AliasName="alias/check", TargetKeyId=key)
    kms.delete_alias(AliasName="alias/check")
    refuses("NotFoundException", kms.delete_alias, AliasName="alias/check")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    refuses("KMSInvalidStateException", kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"


@check
def regions(w):
    """17 regions are on; others say that they don't know the key, until they are switched on."""
    names = [r["RegionName"] for r in w.ec2.describe_regions()["Regions"]]
    assert len(names) == 17 and "eu-west-1" in names, names
    every = w.ec2.describe_regions(AllRegions=True)["Regions"]
    assert {r["RegionName"]: r["OptInStatus"] for r in every}["me-south-1"] == "not-opted-in"
    refuses("UnrecognizedClientException", w.client("sqs", region="me-south-1").list_queues)
    refuses("InvalidClientTokenId", w.client("sns", region="me-south-1").list_topics)
    refuses("AuthFailure", w.client("ec2", region="me-south-1").describe_vpcs)
    other = World(w.url, regions=["me-south-1"])
    assert len(other.ec2.describe_regions()["Regions"]) == 18
    other.client("sqs", region="me-south-1").list_queues()


@check
def trust_document(w):
    """What the harness creates is a valid policy document."""
    assert json.loads(TRUST)["Statement"] and w.role("trusted").endswith(":role/trusted")


@check
def policies_are_enforced(w):
    """With the setting on, users may do what their policies allow; registered keys may do everything."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:List*"], "Resource": "*"}]}
    arn = w.iam.create_policy(PolicyName="p", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    w.iam.create_user(UserName="jo")
    w.iam.attach_user_policy(UserName="jo", PolicyArn=arn)
    key = w.iam.create_access_key(UserName="jo")["AccessKey"]
    jo = {"access_key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    post(w.url, "/_settings", {"enforce_iam": True})
    try:
        w.sqs.create_queue(QueueName="q")
        assert w.client("sqs", credentials=jo).list_queues()["QueueUrls"]
        assert w.client("sts", credentials=jo).get_caller_identity()["Arn"].endswith(":user/jo")
        refuses("AccessDeniedException", w.client("sqs", credentials=jo).create_queue, QueueName="r")
        refuses("AccessDenied", w.client("s3", credentials=jo).list_buckets)
        refuses("UnauthorizedOperation", w.client("ec2", credentials=jo).describe_vpcs)
        refuses("AccessDeniedException", w.client("apigateway", credentials=jo).get_rest_apis)
        inline = {**document, "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]}
        w.iam.put_user_policy(UserName="jo", PolicyName="no", PolicyDocument=json.dumps(inline))
        refuses("AccessDeniedException", w.client("sqs", credentials=jo).list_queues)
    finally:
        post(w.url, "/_settings", {"enforce_iam": False})
