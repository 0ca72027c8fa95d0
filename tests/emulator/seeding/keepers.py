"""What must survive a clear: things of AWS, of the organisation, of the caller, and things that are tagged so."""

from .account import POLICY, TRUST

KEEP = {"Key": "aws-cleaner:keep", "Value": "true"}


def keepers(account):
    """Makes the things that stay."""
    iam, s3, sqs = account.client("iam"), account.client("s3"), account.client("sqs")

    def role(name, path="/", tags=(), attach=None):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST, Tags=list(tags))
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=POLICY)
        if attach:
            iam.attach_role_policy(RoleName=name, PolicyArn=attach)

    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    role("AWSReservedSSO_Admin_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", attach=admin)
    role("OrganizationAccountAccessRole", attach=admin)
    role("AWSControlTowerExecution", attach=admin)
    role("aws-controltower-ForwardSnsNotificationRole")
    role("stacksets-exec-0123456789abcdef")
    own = iam.create_policy(PolicyName="kept-by-its-role", PolicyDocument=POLICY)["Policy"]["Arn"]
    role("kept-by-tag", tags=[KEEP], attach=own)
    role("kept-until-later", tags=[{"Key": "aws-cleaner:keep-until", "Value": "2099-01-01"}])
    role("no-longer-kept", tags=[{"Key": "aws-cleaner:keep-until", "Value": "2001-01-01"}])
    iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
    metadata = "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>"
    iam.create_saml_provider(Name="AWSSSO_0123456789abcdef_DO_NOT_DELETE", SAMLMetadataDocument=metadata)
    bucket = f"kept-by-tag-{account.id}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [KEEP]})
    s3.put_object(Bucket=bucket, Key="precious", Body=b"x")
    sqs.create_queue(QueueName="kept-by-tag", tags={KEEP["Key"]: KEEP["Value"]})
