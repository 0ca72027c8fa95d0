"""EC2: what holds a VPC, a subnet, a security group, an address or a gateway."""

from ..refusal import Refused, after, around, before
from .registry import rules_for


def dependency(message):
    """EC2's word for "something still needs it"."""
    return Refused("DependencyViolation", message)


def live_instances(backend):
    """Instances that still hold their network."""
    return [i for i in backend.all_instances() if i.state not in ("terminated",)]


def enis_in(backend, subnet_id):
    """Network interfaces in a subnet."""
    return [e for e in backend.enis.values() if getattr(e.subnet, "id", None) == subnet_id]


def groups_of(eni):
    """Ids of the security groups of a network interface."""
    return {getattr(group, "id", group) for group in eni.group_set}


def managed_eni(backend, subnet_id, groups, description, interface_type="interface"):
    """A network interface that an AWS service keeps in a subnet; users can't delete it."""
    eni = backend.create_network_interface(
        backend.get_subnet(subnet_id), None, group_ids=[g for g in groups or [] if g], description=description
    )
    mark_managed(eni, interface_type)
    return eni


def mark_managed(eni, interface_type="interface"):
    """Makes an interface look like one that AWS manages."""
    eni.requester_managed = True
    eni.interface_type = interface_type
    eni.status = "in-use"


def release(backend, enis):
    """Removes managed interfaces with their owner."""
    for eni in enis or []:
        backend.enis.pop(getattr(eni, "id", eni), None)


@rules_for("ec2")
def vpcs(_settings):
    """A VPC goes when nothing of the user's is left in it."""
    from moto.ec2.models import EC2Backend

    @around(EC2Backend, "delete_vpc")
    def _delete(original, self, vpc_id):
        vpc = self.get_vpc(vpc_id)
        message = f"The vpc '{vpc_id}' has dependencies and cannot be deleted."
        held = any(g.vpc is not None and g.vpc.id == vpc_id for g in self.internet_gateways.values())
        held |= any(g.vpc_id == vpc_id for g in self.egress_only_internet_gateways.values())
        held |= any(g.name != "default" for g in self.groups.get(vpc_id, {}).values())
        held |= any(
            acl.vpc_id == vpc_id and str(acl.default).lower() != "true" for acl in self.network_acls.values()
        )
        held |= any(e.vpc_id == vpc_id and e.state != "deleted" for e in self.vpc_end_points.values())
        held |= any(
            getattr(g, "vpc_id", None) == vpc_id for g in getattr(self, "carrier_gateways", {}).values()
        )
        if held:
            raise dependency(message)
        # moto deletes the DHCP options with the VPC; AWS keeps them.
        options, vpc.dhcp_options = vpc.dhcp_options, None
        self.deleting_vpc = vpc_id
        try:
            result = original(self, vpc_id)
        except BaseException:
            vpc.dhcp_options = options
            raise
        finally:
            self.deleting_vpc = None
        if options is not None:
            options.vpc = None
        # The default network ACL goes with the VPC; moto leaves it behind.
        for acl_id in [i for i, acl in self.network_acls.items() if acl.vpc_id == vpc_id]:
            self.network_acls.pop(acl_id)
        return result

    @before(EC2Backend, "delete_route_table")
    def _route_table(self, route_table_id):
        table = self.get_route_table(route_table_id)
        if table.main_association_id and getattr(self, "deleting_vpc", None) != table.vpc_id:
            raise dependency(f"The routeTable '{route_table_id}' has dependencies and cannot be deleted.")

    @before(EC2Backend, "delete_network_acl")
    def _network_acl(self, network_acl_id):
        acl = self.network_acls.get(network_acl_id)
        if acl is not None and str(acl.default).lower() == "true":
            raise Refused("InvalidParameterValue", "cannot delete default network ACL")


@rules_for("ec2")
def subnets(_settings):
    """A subnet goes when no interface is left in it."""
    from moto.ec2.models import EC2Backend

    @before(EC2Backend, "delete_subnet")
    def _delete(self, subnet_id):
        held = bool(enis_in(self, subnet_id))
        held |= any(getattr(i, "subnet_id", None) == subnet_id for i in live_instances(self))
        held |= any(n.subnet_id == subnet_id and n.state != "deleted" for n in self.nat_gateways.values())
        held |= any(
            subnet_id in (getattr(a, "subnet_ids", None) or []) and a.state not in ("deleted", "deleting")
            for a in self.transit_gateway_attachments.values()
        )
        if held:
            raise dependency(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")

    @after(EC2Backend, "delete_subnet")
    def _associations(self, _result, subnet_id):
        # AWS drops the subnet's associations; moto keeps them, and so holds tables and ACLs for ever.
        for table in self.route_tables.values():
            for key in [k for k, target in table._associations.items() if target == subnet_id]:
                table._associations.pop(key)
        for acl in self.network_acls.values():
            for key in [k for k, a in acl._associations.items() if a.subnet_id == subnet_id]:
                acl._associations.pop(key)


@rules_for("ec2")
def security_groups(_settings):
    """A security group goes when nobody wears it and no other group cites it."""
    from moto.ec2.models import EC2Backend

    @before(EC2Backend, "delete_security_group")
    def _delete(self, name=None, group_id=None):
        group = self.get_security_group_from_id(group_id) if group_id else self.get_security_group_by_name_or_id(name)
        if group is None or getattr(self, "deleting_vpc", None) == group.vpc_id:
            return
        if group.name == "default":
            raise Refused(
                "CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
            )
        held = any(group.id in groups_of(e) for e in self.enis.values())
        held |= any(
            group.id in [getattr(g, "id", g) for g in i.security_groups] for i in live_instances(self)
        )
        for others in self.groups.values():
            for other in others.values():
                rules = (*other.ingress_rules, *other.egress_rules) if other.id != group.id else ()
                held |= any((r.source_group or {}).get("GroupId") == group.id for r in rules)
        if held:
            raise dependency(f"resource {group.id} has a dependent object")


@rules_for("ec2")
def interfaces(_settings):
    """A network interface goes when nothing is attached, and never when AWS manages it."""
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.instances import Instance

    @before(EC2Backend, "delete_network_interface")
    def _delete(self, eni_id):
        eni = self.enis.get(eni_id)
        if eni is None:
            return
        instance = getattr(eni, "instance", None)
        attached = getattr(eni, "attachment_id", None) and (instance is None or instance.state != "terminated")
        ending = instance is not None and instance.state in ("shutting-down", "terminated")
        if (attached and not ending and not getattr(instance, "ending", False)) or getattr(
            eni, "requester_managed", False
        ):
            raise Refused(
                "InvalidNetworkInterface.InUse", f"Network interface '{eni_id}' is currently in use."
            )

    @around(Instance, "terminate")
    def _terminate(original, self, *args, **kwargs):
        self.ending = True
        result = original(self, *args, **kwargs)
        # Interfaces that outlive the instance are free again.
        for eni in list(self.ec2_backend.enis.values()):
            if getattr(eni, "instance", None) is self:
                eni.instance = None
                eni.attachment_id = None
                eni.device_index = None
                eni.status = "available"
        for address in self.ec2_backend.addresses:
            if address.instance is self:
                self.ec2_backend.disassociate_address(address=address.public_ip)
        return result

    @before(EC2Backend, "detach_network_interface")
    def _detach(self, attachment_id, *_args, **_kwargs):
        for eni in self.enis.values():
            if eni.attachment_id == attachment_id and getattr(eni, "requester_managed", False):
                raise Refused(
                    "OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments."
                )

    @after(EC2Backend, "create_vpc_endpoint")
    def _endpoint(self, endpoint, *_args, **_kwargs):
        # moto puts the endpoint's interfaces into the default group, whatever groups were given.
        for eni_id in endpoint.network_interface_ids or []:
            eni = self.enis.get(eni_id)
            if eni is None:
                continue
            mark_managed(eni, "vpc_endpoint")
            eni.description = f"VPC Endpoint Interface {endpoint.id}"
            groups = [self.get_security_group_from_id(g) for g in endpoint.security_group_ids or []]
            if any(groups):
                eni._group_set = [g for g in groups if g]


@rules_for("ec2")
def addresses(_settings):
    """An address goes when it is not in use; a gateway is detached when no public address is mapped."""
    from moto.ec2.models import EC2Backend

    def nat_of(self, allocation_id):
        return any(
            allocation_id and any(a.get("allocationId") == allocation_id for a in nat.address_set)
            for nat in self.nat_gateways.values()
            if nat.state != "deleted"
        )

    @before(EC2Backend, "release_address")
    def _release(self, address=None, allocation_id=None):
        found = self.address_by_ip([address]) if address else self.address_by_allocation([allocation_id])
        eip = found[0]
        if eip.instance or eip.eni or nat_of(self, eip.allocation_id):
            raise Refused(
                "InvalidIPAddress.InUse",
                f"The address with allocation id [{eip.allocation_id}] is currently associated",
            )

    @before(EC2Backend, "disassociate_address")
    def _disassociate(self, address=None, association_id=None):
        found = self.address_by_ip([address]) if address else self.address_by_association([association_id])
        if nat_of(self, found[0].allocation_id):
            raise Refused("AuthFailure", "You do not have permission to access the specified resource.")

    @before(EC2Backend, "detach_internet_gateway")
    def _detach(self, internet_gateway_id, vpc_id):
        mapped = any(a.eni is not None and a.eni.vpc_id == vpc_id for a in self.addresses)
        mapped |= any(
            getattr(i, "vpc_id", None) == vpc_id and getattr(i, "public_ip", None) for i in live_instances(self)
        )
        if mapped:
            raise dependency(
                f"Network {vpc_id} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )


@rules_for("ec2")
def gateways(_settings):
    """NAT, VPN and transit gateways, and what they leave behind."""
    from moto.ec2.models import EC2Backend

    @after(EC2Backend, "create_nat_gateway")
    def _nat_created(self, nat, *_args, **_kwargs):
        mark_managed(nat._eni, "nat_gateway")
        nat._eni.description = f"Interface for NAT Gateway {nat.id}"

    @around(EC2Backend, "delete_nat_gateway")
    def _nat_deleted(original, self, nat_gateway_id):
        nat = self.nat_gateways.get(nat_gateway_id)
        if nat is None:
            raise Refused("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
        result = original(self, nat_gateway_id)
        # moto keeps interface and association of a deleted gateway, so its subnet and address would never be free.
        for address in self.addresses:
            if address.eni is nat._eni:
                address.eni.public_ip = None
                address.eni = None
                address.association_id = None
        release(self, [nat._eni])
        return result

    @before(EC2Backend, "delete_vpn_gateway")
    def _vpn_gateway(self, vpn_gateway_id):
        gateway = self.vpn_gateways.get(vpn_gateway_id)
        attached = gateway is not None and any(a.state == "attached" for a in gateway.attachments.values())
        used = any(
            getattr(c, "vpn_gateway_id", None) == vpn_gateway_id and c.state != "deleted"
            for c in self.vpn_connections.values()
        )
        if attached or used:
            raise Refused("IncorrectState", "The VPN gateway is in use.")

    @before(EC2Backend, "delete_customer_gateway")
    def _customer_gateway(self, customer_gateway_id):
        if any(
            c.customer_gateway_id == customer_gateway_id and c.state != "deleted"
            for c in self.vpn_connections.values()
        ):
            raise Refused("IncorrectState", "The customer gateway is in use.")

    @around(EC2Backend, "delete_transit_gateway")
    def _transit_gateway(original, self, transit_gateway_id):
        if transit_gateway_id not in self.transit_gateways:
            raise Refused(
                "InvalidTransitGatewayID.NotFound", f"Transit Gateway {transit_gateway_id} was deleted or does not exist."
            )
        live = [
            a.id
            for a in self.transit_gateway_attachments.values()
            if a.transit_gateway_id == transit_gateway_id and a.state not in ("deleted", "deleting")
        ]
        if live:
            raise Refused(
                "IncorrectState", f"{transit_gateway_id} has non-deleted VPC Attachments: {', '.join(live)}."
            )
        result = original(self, transit_gateway_id)
        # The route tables of a transit gateway go with it.
        tables = self.transit_gateways_route_tables
        for key in [k for k, t in tables.items() if t.transit_gateway_id == transit_gateway_id]:
            tables.pop(key)
        return result
