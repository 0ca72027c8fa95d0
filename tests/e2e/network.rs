//! A network with everything in it, in one run: what holds what is all enforced by the emulator.

use serde_json::json;

use crate::scene::{HERE, Scene};

const VPC: &str = r#"
ec2 = client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
public, private = (ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.5.{n}.0/24", AvailabilityZone=f"us-east-1{z}")["Subnet"]["SubnetId"]
                   for n, z in ((1, "a"), (2, "b")))
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
address = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
for subnet, target in ((public, {"GatewayId": gateway}), (private, {"NatGatewayId": nat})):
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
groups = [ec2.create_security_group(GroupName=f"g-{n}", Description="d", VpcId=vpc)["GroupId"] for n in range(3)]
for mine, other in zip(groups, groups[1:] + groups[:1]):
    rule = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": other}]}]
    ec2.authorize_security_group_ingress(GroupId=mine, IpPermissions=rule)
    ec2.authorize_security_group_egress(GroupId=mine, IpPermissions=rule)
acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
for association in ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [private]}])["NetworkAcls"][0]["Associations"]:
    if association["SubnetId"] == private:
        ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.sqs", VpcEndpointType="Interface",
                        SubnetIds=[private], SecurityGroupIds=[groups[0]])
image = ec2.register_image(Name="image", Architecture="x86_64")["ImageId"]
instance = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=private,
                             SecurityGroupIds=[groups[1]])["Instances"][0]["InstanceId"]
interface = ec2.create_network_interface(SubnetId=private, Groups=[groups[2]])["NetworkInterface"]["NetworkInterfaceId"]
ec2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=1)
ec2.create_network_interface(SubnetId=public, Groups=[groups[0]])
second = ec2.allocate_address(Domain="vpc")["AllocationId"]
ec2.associate_address(AllocationId=second, NetworkInterfaceId=interface)
volume = ec2.create_volume(AvailabilityZone="us-east-1b", Size=1)["VolumeId"]
ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
ec2.create_snapshot(VolumeId=volume)
ec2.create_key_pair(KeyName="k")
"#;

const LEFT: &str = r#"
ec2 = client("ec2")
own = [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]]
states = lambda things, over: [t for t in things if t["State"] not in over]
{"vpcs": own,
 "subnets": [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"] if not s["DefaultForAz"]],
 "groups": [g["GroupId"] for g in ec2.describe_security_groups()["SecurityGroups"] if g["GroupName"] != "default"],
 "gateways": ec2.describe_internet_gateways()["InternetGateways"], "addresses": ec2.describe_addresses()["Addresses"],
 "nats": states(ec2.describe_nat_gateways()["NatGateways"], ["deleted"]),
 "interfaces": ec2.describe_network_interfaces()["NetworkInterfaces"],
 "endpoints": states(ec2.describe_vpc_endpoints()["VpcEndpoints"], ["deleted"]),
 "instances": [i["InstanceId"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]
               if i["State"]["Name"] != "terminated"],
 "volumes": ec2.describe_volumes()["Volumes"], "images": ec2.describe_images(Owners=["self"])["Images"],
 "snapshots": ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"], "keys": ec2.describe_key_pairs()["KeyPairs"],
 "acls": [a for a in ec2.describe_network_acls()["NetworkAcls"] if not a["IsDefault"]],
 "tables": [t for t in ec2.describe_route_tables()["RouteTables"] if not any(a.get("Main") for a in t["Associations"])]}
"#;

#[test]
fn a_whole_network_goes_in_one_run() {
    let scene = Scene::new();
    scene.py(VPC);
    let defaults = scene.py("len(client('ec2').describe_subnets(Filters=[{'Name': 'defaultForAz', 'Values': ['true']}])['Subnets'])");
    let done = scene.clear(0, ["--type", "EC2*"]).clean();
    let left = scene.py(LEFT);
    for (kind, things) in left.as_object().expect("an object") {
        assert_eq!(things, &json!([]), "{kind}");
    }
    let after = scene.py("len(client('ec2').describe_subnets()['Subnets'])");
    assert_eq!(after, defaults, "the default VPC is as it was");
    // Order is known, not found out by trying: what is deleted is deleted at the first attempt.
    let tries: Vec<String> = done.report["resources"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["attempts"].as_u64().is_some_and(|attempts| attempts > 1))
        .map(|one| format!("{} {} {}", one["type"], one["id"], one["attempts"]))
        .collect();
    assert!(tries.len() <= 2, "{tries:?}");
}

#[test]
fn protected_instances_go_only_with_the_setting() {
    let scene = Scene::new();
    scene.py(
        "ec2 = client('ec2')\n\
         image = ec2.register_image(Name='image', Architecture='x86_64')['ImageId']\n\
         ec2.run_instances(ImageId=image, InstanceType='t3.micro', MinCount=1, MaxCount=1, DisableApiTermination=True)",
    );
    let state = "client('ec2').describe_instances()['Reservations'][0]['Instances'][0]['State']['Name']";
    let done = scene.clear(4, ["--type", "EC2Instance", "--patience", "2s"]);
    assert!(done.run.stdout.contains("disable_termination_protection"), "{}", done.run.stdout);
    assert_eq!(scene.py(state), "running");
    let lifted = "version: 1\nsettings: { EC2Instance: { disable_termination_protection: true } }\n";
    scene.clear_with(0, lifted, &["--type", "EC2Instance"]).clean();
    assert_eq!(scene.py(state), "terminated");
}

#[test]
fn a_gateway_of_a_kept_network_stays_attached() {
    let scene = Scene::new();
    scene.py(&format!(
        "{VPC}\nec2.create_tags(Resources=[vpc], Tags=[{{'Key': 'aws-cleaner:keep', 'Value': ''}}])"
    ));
    let done = crate::scene::Done::of(
        scene.clearing(HERE).args(["--type", "EC2VPC,EC2InternetGateway,EC2RouteTable"]),
        0,
    );
    assert_eq!(done.count("failed") + done.count("blocked"), 0);
    let attached = scene
        .py("[len(client('ec2').describe_internet_gateways()['InternetGateways'][0]['Attachments']),\n\
         \x20len([v for v in client('ec2').describe_vpcs()['Vpcs'] if not v['IsDefault']])]");
    assert_eq!(attached, json!([1, 1]));
}
