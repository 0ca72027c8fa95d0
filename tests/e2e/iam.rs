//! IAM: parts that must go first, and the hands that must stay on.

use serde_json::json;

use crate::scene::{HERE, Scene};

const IAM: &str = r#"
iam = client('iam')
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Service": "ec2.amazonaws.com"}}]})
document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
def policy(name):
    return iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
"#;

/// Everything of IAM that is not AWS's own.
const LEFT: &str = r#"
iam = client('iam')
{"roles": sorted(r["RoleName"] for r in iam.list_roles()["Roles"]),
 "users": sorted(u["UserName"] for u in iam.list_users()["Users"]),
 "groups": sorted(g["GroupName"] for g in iam.list_groups()["Groups"]),
 "policies": sorted(p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"]),
 "profiles": sorted(p["InstanceProfileName"] for p in iam.list_instance_profiles()["InstanceProfiles"]),
 "oidc": [p["Arn"].rsplit("/", 1)[1] for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]],
 "saml": [p["Arn"].rsplit("/", 1)[1] for p in iam.list_saml_providers()["SAMLProviderList"]],
 "devices": [d["SerialNumber"].rsplit("/", 1)[1] for d in iam.list_virtual_mfa_devices()["VirtualMFADevices"]],
 "certificates": [c["ServerCertificateName"] for c in
                  iam.list_server_certificates()["ServerCertificateMetadataList"]]}
"#;

const ALL: [&str; 4] = ["--region", "global", "--type", "IAM*"];

#[test]
fn everything_in_iam_goes_in_one_run() {
    let scene = Scene::new();
    scene.py(&format!(
        r#"{IAM}
shared, bound = policy("shared"), policy("boundary")
for _ in range(4):
    iam.create_policy_version(PolicyArn=shared, PolicyDocument=document)
assert len(iam.list_policy_versions(PolicyArn=shared)["Versions"]) == 5
iam.create_role(RoleName="worker", Path="/apps/", AssumeRolePolicyDocument=trust, PermissionsBoundary=bound)
iam.put_role_policy(RoleName="worker", PolicyName="inline-1", PolicyDocument=document)
iam.put_role_policy(RoleName="worker", PolicyName="inline-2", PolicyDocument=document)
iam.attach_role_policy(RoleName="worker", PolicyArn=shared)
iam.attach_role_policy(RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
for n in range(2):
    iam.create_instance_profile(InstanceProfileName=f"profile-{{n}}")
    iam.add_role_to_instance_profile(InstanceProfileName=f"profile-{{n}}", RoleName="worker")
iam.create_group(GroupName="developers")
iam.attach_group_policy(GroupName="developers", PolicyArn=shared)
iam.put_group_policy(GroupName="developers", PolicyName="inline", PolicyDocument=document)
iam.create_user(UserName="jo", PermissionsBoundary=bound)
iam.add_user_to_group(GroupName="developers", UserName="jo")
iam.attach_user_policy(UserName="jo", PolicyArn=shared)
iam.put_user_policy(UserName="jo", PolicyName="inline", PolicyDocument=document)
iam.create_access_key(UserName="jo")
iam.create_access_key(UserName="jo")
iam.create_login_profile(UserName="jo", Password="Passw0rd!x")
iam.upload_ssh_public_key(UserName="jo", SSHPublicKeyBody="ssh-rsa AAAA")
device = iam.create_virtual_mfa_device(VirtualMFADeviceName="jo")["VirtualMFADevice"]["SerialNumber"]
iam.enable_mfa_device(UserName="jo", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
iam.create_open_id_connect_provider(Url="https://ci.example.com", ThumbprintList=["0" * 40], ClientIDList=["c"])
iam.create_saml_provider(Name="partner", SAMLMetadataDocument="<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>")
"#
    ));
    let done = scene.clear(0, ["--type", "IAM*"]).clean();
    for (kind, name) in
        [("IAMRole", "worker"), ("IAMUser", "jo"), ("IAMGroup", "developers"), ("IAMPolicy", "shared")]
    {
        assert_eq!(done.outcome(kind, name), "deleted", "{kind}");
    }
    let expected = json!({
        "roles": ["account-cleaner"], "users": [], "groups": [], "policies": [], "profiles": [], "oidc": [], "saml": [],
        "devices": [], "certificates": [],
    });
    assert_eq!(scene.py(LEFT), expected);
}

#[test]
fn a_policy_with_five_versions_goes() {
    let scene = Scene::new();
    scene.py(&format!(
        "{IAM}\narn = policy('old')\nfor _ in range(4): iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, \
         SetAsDefault=True)"
    ));
    let done = crate::scene::Done::of(scene.clearing(ALL), 0).clean();
    assert_eq!(done.outcome("IAMPolicy", "old"), "deleted");
    assert_eq!(scene.py(LEFT)["policies"], json!([]));
}

#[test]
fn the_callers_role_survives_with_all_it_needs() {
    let scene = Scene::new();
    scene.py(&format!(
        r#"{IAM}
mine = policy("mine")
policy("other")
iam.create_policy_version(PolicyArn=mine, PolicyDocument=document)
iam.attach_role_policy(RoleName="account-cleaner", PolicyArn=mine)
iam.create_instance_profile(InstanceProfileName="runner")
iam.add_role_to_instance_profile(InstanceProfileName="runner", RoleName="account-cleaner")
for host in ("ci.example.com", "elsewhere.example.com"):
    provider = iam.create_open_id_connect_provider(Url=f"https://{{host}}", ThumbprintList=["0" * 40], ClientIDList=["c"])
federated = f"arn:aws:iam::{{account}}:oidc-provider/ci.example.com"
iam.update_assume_role_policy(RoleName="account-cleaner", PolicyDocument=json.dumps({{"Version": "2012-10-17",
    "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated": federated}}}}]}}))
iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust)
"#
    ));
    let done = scene.clear(0, []).clean();
    assert_eq!(done.rule("IAMRole", "account-cleaner"), "built-in:caller");
    let left = scene.py(LEFT);
    let expected = json!({
        "roles": ["account-cleaner"], "users": [], "groups": [], "policies": ["mine"], "profiles": ["runner"],
        "oidc": ["ci.example.com"], "saml": [], "devices": [], "certificates": [],
    });
    assert_eq!(left, expected);
    let parts = scene.py(
        "iam = client('iam')\n\
         [iam.list_role_policies(RoleName='account-cleaner')['PolicyNames'],\n\
         \x20[p['PolicyName'] for p in iam.list_attached_role_policies(RoleName='account-cleaner')['AttachedPolicies']],\n\
         \x20[r['RoleName'] for r in iam.get_instance_profile(InstanceProfileName='runner')['InstanceProfile']['Roles']],\n\
         \x20len(iam.list_policy_versions(PolicyArn=f'arn:aws:iam::{account}:policy/mine')['Versions'])]",
    );
    assert_eq!(parts, json!([["everything"], ["mine"], ["account-cleaner"], 2]));
}

#[test]
fn the_calling_user_survives_with_keys_groups_and_policies() {
    let scene = Scene::of(&json!({ "identity": "user/ci" }));
    scene.py(&format!(
        r#"{IAM}
mine, ours = policy("mine"), policy("ours")
iam.create_group(GroupName="cleaners")
iam.create_group(GroupName="others")
iam.add_user_to_group(GroupName="cleaners", UserName="ci")
iam.attach_group_policy(GroupName="cleaners", PolicyArn=ours)
iam.attach_user_policy(UserName="ci", PolicyArn=mine)
iam.create_access_key(UserName="ci")
iam.create_login_profile(UserName="ci", Password="Passw0rd!x")
device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ci")["VirtualMFADevice"]["SerialNumber"]
iam.enable_mfa_device(UserName="ci", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
iam.create_user(UserName="jo")
iam.create_access_key(UserName="jo")
"#
    ));
    let done = scene.clear(0, []).clean();
    assert_eq!(done.rule("IAMUser", "ci"), "built-in:caller");
    let left = scene.py(LEFT);
    let expected = json!({
        "roles": [], "users": ["ci"], "groups": ["cleaners"], "policies": ["mine", "ours"], "profiles": [], "oidc": [],
        "saml": [], "devices": ["ci"], "certificates": [],
    });
    assert_eq!(left, expected);
    let parts = scene.py(
        "iam = client('iam')\n\
         iam.get_login_profile(UserName='ci')\n\
         [len(iam.list_access_keys(UserName='ci')['AccessKeyMetadata']), iam.list_user_policies(UserName='ci')['PolicyNames'],\n\
         \x20len(iam.list_mfa_devices(UserName='ci')['MFADevices']),\n\
         \x20[g['GroupName'] for g in iam.list_groups_for_user(UserName='ci')['Groups']]]",
    );
    assert_eq!(parts, json!([1, ["everything"], 1, ["cleaners"]]));
}

#[test]
fn the_callers_own_role_cannot_be_lifted() {
    let scene = Scene::new();
    let (cli, _) =
        scene.clearing(HERE).file("aws-cleaner.yaml", "version: 1\nprotections: { lift: [caller] }\n");
    let run = cli.run().expect_code(2);
    assert!(run.stderr.contains("aws-cleaner.yaml:2:") && run.stderr.contains("`caller`"), "{}", run.stderr);
    assert_eq!(scene.calls(), []);
}
