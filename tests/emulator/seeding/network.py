"""VPCs as a small company has them."""


def reference(account):
    """Two VPCs with gateways, tables, groups that cite each other, an instance; returns their parts."""
    return [vpc(account, index) for index in range(2)]


def vpc(account, index):
    """One VPC: public and private subnet, internet and NAT gateway, route tables, security groups, endpoint."""
    ec2 = account.client("ec2")
    name = [{"Key": "Name", "Value": f"net-{index}"}]
    vpc_id = ec2.create_vpc(CidrBlock=f"10.{40 + index}.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc_id], Tags=name)
    public, private = (
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.{40 + index}.{n}.0/24", AvailabilityZone=f"{account.region}{z}")[
            "Subnet"
        ]["SubnetId"]
        for n, z in ((1, "a"), (2, "b"))
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    for subnet, target in ((public, {"GatewayId": gateway}), (private, {"NatGatewayId": nat})):
        table = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    front, back = (
        ec2.create_security_group(GroupName=f"{side}-{index}", Description=side, VpcId=vpc_id)["GroupId"]
        for side in ("front", "back")
    )
    for mine, other in ((front, back), (back, front)):
        ec2.authorize_security_group_ingress(
            GroupId=mine,
            IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": other}]}
            ],
        )
    acl = ec2.create_network_acl(VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]
    associations = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [private]}])
    for association in associations["NetworkAcls"][0]["Associations"]:
        if association["SubnetId"] == private:
            ec2.replace_network_acl_association(
                AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
            )
    ec2.create_vpc_endpoint(
        VpcId=vpc_id,
        ServiceName=f"com.amazonaws.{account.region}.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[private],
        SecurityGroupIds=[back],
    )
    image = ec2.register_image(Name=f"image-{index}", Architecture="x86_64")["ImageId"]
    ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=private,
        SecurityGroupIds=[back],
    )
    ec2.create_network_interface(SubnetId=public, Groups=[front])
    ec2.create_volume(AvailabilityZone=f"{account.region}a", Size=1)
    ec2.create_key_pair(KeyName=f"key-{index}")
    ec2.create_launch_template(
        LaunchTemplateName=f"template-{index}", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
    )
    for kind, number in {
        "EC2VPC": 1,
        "EC2Subnet": 2,
        "EC2InternetGateway": 1,
        "EC2NATGateway": 1,
        "EC2Address": 1,
        "EC2RouteTable": 2,
        "EC2SecurityGroup": 2,
        "EC2NetworkACL": 1,
        "EC2VPCEndpoint": 1,
        "EC2Instance": 1,
        "EC2NetworkInterface": 1,
        "EC2Volume": 1,
        "EC2KeyPair": 1,
        "EC2LaunchTemplate": 1,
        "EC2Image": 1,
    }.items():
        account.tally(kind, number)
    return {"vpc": vpc_id, "public": public, "private": private, "group": back}
