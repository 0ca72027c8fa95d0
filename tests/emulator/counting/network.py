"""EC2. The default VPC and everything AWS puts into a VPC by itself stays."""

from .inventory import kept_by_tags, tag_map


def count(inv, region):
    """Counts EC2 of one region."""
    vpcs = {vpc["VpcId"]: vpc for vpc in inv.pages("ec2", region, "describe_vpcs", "Vpcs")}
    default = {name for name, vpc in vpcs.items() if vpc["IsDefault"]}

    def found(kind, item, key, reason=None):
        if item.get("VpcId") in default and reason is None and kind in DEFAULT_PARTS:
            reason = "part of the default VPC"
        inv.found(kind, item[key], region, reason or kept_by_tags(tag_map(item.get("Tags"))))

    for name, vpc in vpcs.items():
        found("EC2VPC", vpc, "VpcId", "default" if name in default else None)
    for subnet in inv.pages("ec2", region, "describe_subnets", "Subnets"):
        found("EC2Subnet", subnet, "SubnetId", "default" if subnet["DefaultForAz"] else None)
    for group in inv.pages("ec2", region, "describe_security_groups", "SecurityGroups"):
        own = vpcs.get(group.get("VpcId"))
        default_group = group["GroupName"] == "default" and own is not None
        # The default group of a VPC that is left over is left over with it, not a resource of its own.
        if default_group and group["VpcId"] not in default:
            continue
        found("EC2SecurityGroup", group, "GroupId", "default" if default_group else None)
    for acl in inv.pages("ec2", region, "describe_network_acls", "NetworkAcls"):
        if acl["IsDefault"] and acl["VpcId"] not in default:
            continue
        found("EC2NetworkACL", acl, "NetworkAclId", "default" if acl["IsDefault"] else None)
    for table in inv.pages("ec2", region, "describe_route_tables", "RouteTables"):
        main = any(association.get("Main") for association in table["Associations"])
        if main and table["VpcId"] not in default:
            continue
        found("EC2RouteTable", table, "RouteTableId", "main" if main else None)
    used = {vpc.get("DhcpOptionsId") for name, vpc in vpcs.items() if name in default}
    for options in inv.pages("ec2", region, "describe_dhcp_options", "DhcpOptions"):
        found("EC2DHCPOption", options, "DhcpOptionsId", "default" if options["DhcpOptionsId"] in used else None)
    for gateway in inv.pages("ec2", region, "describe_internet_gateways", "InternetGateways"):
        attached = {attachment["VpcId"] for attachment in gateway["Attachments"]}
        found("EC2InternetGateway", gateway, "InternetGatewayId", "default" if attached & default else None)
    states(inv, region, found)
    for kind, method, key, name in (
        ("EC2EgressOnlyInternetGateway", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
        ("EC2NetworkInterface", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        ("EC2Address", "describe_addresses", "Addresses", "AllocationId"),
        ("EC2Volume", "describe_volumes", "Volumes", "VolumeId"),
        ("EC2KeyPair", "describe_key_pairs", "KeyPairs", "KeyName"),
        ("EC2LaunchTemplate", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
        ("EC2FlowLog", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    ):
        for item in inv.pages("ec2", region, method, key):
            found(kind, item, name)
    for image in inv.pages("ec2", region, "describe_images", "Images", Owners=["self"]):
        found("EC2Image", image, "ImageId")
    for snapshot in inv.pages("ec2", region, "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        if snapshot.get("OwnerId") == inv.account:
            found("EC2Snapshot", snapshot, "SnapshotId")


DEFAULT_PARTS = {"EC2Subnet", "EC2RouteTable", "EC2NetworkACL"}


def states(inv, region, found):
    """What stays listed for a while after it is gone."""
    for reservation in inv.pages("ec2", region, "describe_instances", "Reservations"):
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] not in ("terminated", "shutting-down"):
                found("EC2Instance", instance, "InstanceId")
    for kind, method, key, name in (
        ("EC2NATGateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
        ("EC2VPCEndpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
        ("EC2VPNGateway", "describe_vpn_gateways", "VpnGateways", "VpnGatewayId"),
        ("EC2VPNConnection", "describe_vpn_connections", "VpnConnections", "VpnConnectionId"),
        ("EC2CustomerGateway", "describe_customer_gateways", "CustomerGateways", "CustomerGatewayId"),
        ("EC2TGW", "describe_transit_gateways", "TransitGateways", "TransitGatewayId"),
        (
            "EC2TGWAttachment",
            "describe_transit_gateway_attachments",
            "TransitGatewayAttachments",
            "TransitGatewayAttachmentId",
        ),
    ):
        for item in inv.pages("ec2", region, method, key):
            if item.get("State", "").lower() not in ("deleted", "deleting"):
                found(kind, item, name)
    for item in inv.pages("ec2", region, "describe_vpc_peering_connections", "VpcPeeringConnections"):
        if item["Status"]["Code"] not in ("deleted", "deleting", "rejected", "expired", "failed"):
            found("EC2VPCPeeringConnection", item, "VpcPeeringConnectionId")
