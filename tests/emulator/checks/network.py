"""VPCs, subnets, groups, addresses, gateways."""

from .harness import check, refuses


@check
def vpc_with_parts(w):
    """A VPC stays while a subnet, gateway, group, ACL, endpoint or table is in it."""
    ec2 = w.ec2
    vpc, subnet = w.vpc()

    def held():
        refuses("DependencyViolation", ec2.delete_vpc, VpcId=vpc)

    held()
    ec2.delete_subnet(SubnetId=subnet)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    held()
    refuses("DependencyViolation", ec2.delete_internet_gateway, InternetGatewayId=gateway)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    egress = ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    held()
    ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=egress["EgressOnlyInternetGatewayId"])
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    held()
    ec2.delete_security_group(GroupId=group)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    held()
    ec2.delete_network_acl(NetworkAclId=acl)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    held()
    ec2.delete_route_table(RouteTableId=table)
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]
    held()
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    virtual = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=virtual)
    held()
    refuses("IncorrectState", ec2.delete_vpn_gateway, VpnGatewayId=virtual)
    ec2.detach_vpn_gateway(VpcId=vpc, VpnGatewayId=virtual)
    ec2.delete_vpn_gateway(VpnGatewayId=virtual)
    ec2.delete_vpc(VpcId=vpc)
    refuses("InvalidVpcID.NotFound", ec2.delete_vpc, VpcId=vpc)
    acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    assert acls == [], "the default network ACL goes with its VPC"


@check
def default_parts(w):
    """The main route table, the default ACL and the default group can't be deleted by themselves."""
    ec2 = w.ec2
    vpc, _ = w.vpc()
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    table = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    refuses("DependencyViolation", ec2.delete_route_table, RouteTableId=table)
    acl = ec2.describe_network_acls(Filters=mine)["NetworkAcls"][0]["NetworkAclId"]
    refuses("InvalidParameterValue|DependencyViolation", ec2.delete_network_acl, NetworkAclId=acl)
    group = ec2.describe_security_groups(Filters=mine)["SecurityGroups"][0]["GroupId"]
    refuses("CannotDelete", ec2.delete_security_group, GroupId=group)


@check
def dhcp_options_survive(w):
    """DHCP options are held by their VPC, and outlive it."""
    ec2 = w.ec2
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    options = ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": ["x.example"]}])
    options = options["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    refuses("DependencyViolation", ec2.delete_dhcp_options, DhcpOptionsId=options)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_dhcp_options(DhcpOptionsIds=[options])["DhcpOptions"]
    ec2.delete_dhcp_options(DhcpOptionsId=options)


@check
def subnet_in_use(w):
    """A subnet stays while an interface, instance, NAT gateway, balancer or mount target is in it."""
    ec2 = w.ec2
    vpc, subnet = w.vpc()

    def held():
        refuses("DependencyViolation", ec2.delete_subnet, SubnetId=subnet)

    eni = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    held()
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    image = ec2.register_image(Name="check", Architecture="x86_64")["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]
    held()
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    held()
    ec2.delete_nat_gateway(NatGatewayId=nat)
    system = w.efs.create_file_system(CreationToken="t")["FileSystemId"]
    target = w.efs.create_mount_target(FileSystemId=system, SubnetId=subnet)["MountTargetId"]
    held()
    refuses("FileSystemInUse", w.efs.delete_file_system, FileSystemId=system)
    w.efs.delete_mount_target(MountTargetId=target)
    w.efs.delete_file_system(FileSystemId=system)
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    attachment = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet]
    )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    held()
    refuses("IncorrectState", ec2.delete_transit_gateway, TransitGatewayId=gateway)
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)
    ec2.delete_transit_gateway(TransitGatewayId=gateway)
    ec2.delete_subnet(SubnetId=subnet)
    assert not ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkInterfaces"]


@check
def subnet_associations_go(w):
    """Route tables and ACLs are free again when the subnets they were associated with are gone."""
    ec2 = w.ec2
    vpc, subnet = w.vpc()
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    old = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
    association = [
        a["NetworkAclAssociationId"] for a in old["NetworkAcls"][0]["Associations"] if a["SubnetId"] == subnet
    ][0]
    ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=acl)
    refuses("DependencyViolation", ec2.delete_route_table, RouteTableId=table)
    refuses("DependencyViolation", ec2.delete_network_acl, NetworkAclId=acl)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_route_table(RouteTableId=table)
    ec2.delete_network_acl(NetworkAclId=acl)
    ec2.delete_vpc(VpcId=vpc)


@check
def security_group_in_use(w):
    """A security group stays while it is worn or cited."""
    ec2 = w.ec2
    vpc, subnet = w.vpc()
    one, two = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("one", "two")
    )
    for mine, other in ((one, two), (two, one)):
        ec2.authorize_security_group_ingress(
            GroupId=mine,
            IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": other}]}
            ],
        )
    refuses("DependencyViolation", ec2.delete_security_group, GroupId=one)
    rule = ec2.describe_security_groups(GroupIds=[two])["SecurityGroups"][0]["IpPermissions"]
    ec2.revoke_security_group_ingress(GroupId=two, IpPermissions=rule)
    eni = ec2.create_network_interface(SubnetId=subnet, Groups=[one])["NetworkInterface"]["NetworkInterfaceId"]
    refuses("DependencyViolation", ec2.delete_security_group, GroupId=one)
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    image = ec2.register_image(Name="check", Architecture="x86_64")["ImageId"]
    instance = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[one]
    )["Instances"][0]["InstanceId"]
    refuses("DependencyViolation", ec2.delete_security_group, GroupId=one)
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.delete_security_group(GroupId=one)
    ec2.delete_security_group(GroupId=two)


@check
def interface_in_use(w):
    """An attached interface stays; after the instance is gone it is free."""
    ec2 = w.ec2
    _, subnet = w.vpc()
    image = ec2.register_image(Name="check", Architecture="x86_64")["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    eni = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=instance, DeviceIndex=1)
    refuses("InvalidNetworkInterface.InUse", ec2.delete_network_interface, NetworkInterfaceId=eni)
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    ec2.delete_subnet(SubnetId=subnet)


@check
def managed_interfaces(w):
    """Interfaces of NAT gateways, endpoints, balancers and functions are AWS's, and go with their owner."""
    ec2 = w.ec2
    vpc, subnet = w.vpc()
    other = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.9.0/24", AvailabilityZone="us-east-1b")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    mine = [{"Name": "vpc-id", "Values": [vpc]}]

    def enis():
        return ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"]

    def all_managed(count):
        found = enis()
        assert len(found) == count, found
        for eni in found:
            assert eni["RequesterManaged"], eni
            refuses(
                "InvalidNetworkInterface.InUse",
                ec2.delete_network_interface,
                NetworkInterfaceId=eni["NetworkInterfaceId"],
            )

    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    all_managed(1)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
    )["VpcEndpoint"]["VpcEndpointId"]
    all_managed(1)
    refuses("DependencyViolation", ec2.delete_security_group, GroupId=group)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    balancer = w.elbv2.create_load_balancer(Name="b", Subnets=[subnet, other], SecurityGroups=[group])
    all_managed(2)
    refuses("DependencyViolation", ec2.delete_security_group, GroupId=group)
    w.elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"])
    w.elb.create_load_balancer(
        LoadBalancerName="c",
        Listeners=[{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}],
        Subnets=[subnet],
        SecurityGroups=[group],
    )
    all_managed(1)
    w.elb.delete_load_balancer(LoadBalancerName="c")
    role = w.role("fn")
    getattr(w, "lambda").create_function(
        FunctionName="f",
        Runtime="python3.12",
        Role=role,
        Handler="a.b",
        Code={"ZipFile": b"x"},
        VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]},
    )
    all_managed(1)
    refuses("DependencyViolation", ec2.delete_subnet, SubnetId=subnet)
    getattr(w, "lambda").delete_function(FunctionName="f")
    assert enis() == []
    ec2.delete_security_group(GroupId=group)


@check
def address_in_use(w):
    """An address of a NAT gateway or interface is not released, nor is its gateway detached."""
    ec2 = w.ec2
    vpc, subnet = w.vpc()
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    refuses("InvalidIPAddress.InUse", ec2.release_address, AllocationId=address)
    association = ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]["AssociationId"]
    refuses("AuthFailure", ec2.disassociate_address, AssociationId=association)
    refuses("DependencyViolation", ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    eni = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    association = ec2.associate_address(AllocationId=address, NetworkInterfaceId=eni)["AssociationId"]
    refuses("InvalidIPAddress.InUse", ec2.release_address, AllocationId=address)
    ec2.disassociate_address(AssociationId=association)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.release_address(AllocationId=address)
    refuses("NatGatewayNotFound", ec2.delete_nat_gateway, NatGatewayId="nat-00000000000000000")


@check
def vpn_in_use(w):
    """Customer and VPN gateways stay while a connection uses them."""
    ec2 = w.ec2
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.7", BgpAsn=65000)
    customer = customer["CustomerGateway"]["CustomerGatewayId"]
    virtual = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    vpn = ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=customer, VpnGatewayId=virtual)
    refuses("IncorrectState", ec2.delete_customer_gateway, CustomerGatewayId=customer)
    refuses("IncorrectState", ec2.delete_vpn_gateway, VpnGatewayId=virtual)
    ec2.delete_vpn_connection(VpnConnectionId=vpn["VpnConnection"]["VpnConnectionId"])
    ec2.delete_customer_gateway(CustomerGatewayId=customer)
    ec2.delete_vpn_gateway(VpnGatewayId=virtual)


@check
def instances_and_disks(w):
    """Termination protection, attached volumes, snapshots of images."""
    ec2 = w.ec2
    image = ec2.register_image(Name="check", Architecture="x86_64")["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, DisableApiTermination=True)
    instance = instance["Instances"][0]["InstanceId"]
    refuses("OperationNotPermitted", ec2.terminate_instances, InstanceIds=[instance])
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdz")
    refuses("VolumeInUse", ec2.delete_volume, VolumeId=volume)
    own = ec2.create_image(InstanceId=instance, Name="own")["ImageId"]
    snapshot = ec2.describe_images(ImageIds=[own])["Images"][0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    refuses("InvalidSnapshot.InUse", ec2.delete_snapshot, SnapshotId=snapshot)
    ec2.deregister_image(ImageId=own)
    ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[instance])
