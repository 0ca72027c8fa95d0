"""Load balancers, containers, functions, batch: what they hold in a VPC, and what holds them."""

from ..refusal import Refused, after, around, before
from .network import managed_eni, mark_managed, release
from .registry import rules_for


def ec2_of(backend):
    """The EC2 side of the same account and region."""
    from moto.ec2.models import ec2_backends

    return ec2_backends[backend.account_id][backend.region_name]


def free_certificates(backend, balancer):
    """Takes certificates out of use with their load balancer; moto never does."""
    from moto.acm.models import acm_backends

    for certificate in acm_backends[backend.account_id][backend.region_name]._certificates.values():
        certificate.in_use_by = [
            user for user in certificate.in_use_by if user != balancer and f"/{balancer}/" not in user
        ]


@rules_for("elbv2")
def load_balancers(_settings):
    """A load balancer holds interfaces in its subnets; a protected one stays."""
    from moto.elbv2.models import ELBv2Backend

    @after(ELBv2Backend, "create_load_balancer")
    def _created(self, balancer, *_args, **_kwargs):
        kind = {"network": "net", "gateway": "gwy"}.get(balancer.type, "app")
        balancer.enis = [
            managed_eni(
                ec2_of(self),
                subnet.id,
                balancer.security_groups,
                f"ELB {kind}/{balancer.name}/{balancer.arn.rsplit('/', 1)[-1]}",
            )
            for subnet in balancer.subnets
        ]

    @around(ELBv2Backend, "delete_load_balancer")
    def _deleted(original, self, arn):
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise Refused(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        result = original(self, arn)
        if balancer is not None:
            release(ec2_of(self), getattr(balancer, "enis", None))
            free_certificates(self, balancer.name)
        return result


@rules_for("elb")
def classic_load_balancers(_settings):
    """Classic load balancers hold interfaces too."""
    from moto.elb.models import ELBBackend

    @after(ELBBackend, "create_load_balancer")
    def _created(self, balancer, *_args, **_kwargs):
        balancer.enis = [
            managed_eni(ec2_of(self), subnet, balancer.security_groups, f"ELB {balancer.name}")
            for subnet in balancer.subnets or []
        ]

    @around(ELBBackend, "delete_load_balancer")
    def _deleted(original, self, load_balancer_name):
        balancer = self.load_balancers.get(load_balancer_name)
        result = original(self, load_balancer_name)
        release(ec2_of(self), getattr(balancer, "enis", None))
        free_certificates(self, load_balancer_name)
        return result


@rules_for("awslambda")
def functions(_settings):
    """A function in a VPC holds an interface per subnet."""
    from moto.awslambda.models import LambdaBackend

    @after(LambdaBackend, "create_function")
    def _created(self, function, spec):
        config = spec.get("VpcConfig") or {}
        ec2 = ec2_of(self)
        if config.get("SubnetIds"):
            stored = self._lambdas.get_function_by_name_or_arn_with_qualifier(spec["FunctionName"])
            stored.enis = [
                managed_eni(
                    ec2,
                    subnet,
                    config.get("SecurityGroupIds"),
                    f"AWS Lambda VPC ENI-{spec['FunctionName']}",
                    "lambda",
                )
                for subnet in config["SubnetIds"]
            ]

    @around(LambdaBackend, "delete_function")
    def _deleted(original, self, function_name, qualifier=None):
        function = None
        if not qualifier:
            function = self._lambdas.get_function_by_name_or_arn_with_qualifier(function_name)
        result = original(self, function_name, qualifier)
        release(ec2_of(self), getattr(function, "enis", None))
        return result


@rules_for("efs")
def file_systems(_settings):
    """The interfaces of mount targets belong to EFS."""
    from moto.efs.models import EFSBackend

    @after(EFSBackend, "create_mount_target")
    def _created(self, target, *_args, **_kwargs):
        eni = self.ec2_backend.enis.get(target.network_interface_id)
        if eni is not None:
            mark_managed(eni, "efs")
            eni.description = f"EFS mount target for {target.file_system_id} ({target.mount_target_id})"

    @before(EFSBackend, "delete_mount_target")
    def _deleted(self, mount_target_id):
        target = self.mount_targets_by_id.get(mount_target_id)
        eni = self.ec2_backend.enis.get(target.network_interface_id) if target else None
        if eni is not None:
            eni.requester_managed = False


@rules_for("ecs")
def clusters(_settings):
    """A cluster goes after its services, tasks and instances."""
    from moto.ecs.models import EC2ContainerServiceBackend

    @before(EC2ContainerServiceBackend, "delete_cluster")
    def _cluster(self, cluster_str):
        cluster = self._get_cluster(cluster_str)
        if any(
            key.split(":")[0] == cluster.name and service.status != "INACTIVE"
            for key, service in self.services.items()
        ):
            raise Refused(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        if self.container_instances.get(cluster.name):
            raise Refused(
                "ClusterContainsContainerInstancesException",
                "The Cluster cannot be deleted while Container Instances are active or draining.",
            )
        tasks = self.tasks.get(cluster.name, {}).values()
        if any(task.last_status != "STOPPED" for task in tasks):
            raise Refused(
                "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
            )


@rules_for("ecs")
def tasks(_settings):
    """A task holds an interface in its subnet as long as it runs."""
    from moto.ec2.models.elastic_network_interfaces import NetworkInterface
    from moto.ecs.models import EC2ContainerServiceBackend, Task

    # moto reads it of every task's interface and gives it to those in VPCs with host names only.
    NetworkInterface.private_dns_name = ""

    def interfaces(task):
        details = [detail for attachment in task.attachments for detail in attachment["details"]]
        return [detail["value"] for detail in details if detail["name"] == "networkInterfaceId"]

    @after(Task, "__init__")
    def _started(self, _nothing, *_args, **_kwargs):
        for name in interfaces(self):
            eni = ec2_of(self._backend).enis[name]
            mark_managed(eni)
            eni.description = f"arn:aws:ecs:{self.region_name}:{self._account_id}:attachment/{self.attachments[0]['id']}"

    @after(EC2ContainerServiceBackend, "stop_task")
    def _stopped(self, task, *_args, **_kwargs):
        release(ec2_of(self), interfaces(task))


@rules_for("batch")
def batch(_settings):
    """Queues and environments go when they are disabled, environments after their queues."""
    from moto.batch.models import BatchBackend

    @before(BatchBackend, "delete_job_queue")
    def _queue(self, queue_name):
        queue = self.get_job_queue(queue_name)
        if queue is not None and queue.state != "DISABLED":
            raise Refused("ClientException", "Cannot delete, found existing job queue not in DISABLED state")

    @before(BatchBackend, "delete_compute_environment")
    def _environment(self, compute_environment_name):
        environment = self.get_compute_environment(compute_environment_name)
        if environment is None:
            return
        if environment.state != "DISABLED":
            raise Refused("ClientException", "Cannot delete, state must be DISABLED")
        if any(environment in queue.environments for queue in self._job_queues.values()):
            raise Refused("ClientException", "Cannot delete, found existing JobQueue relationship")


@rules_for("autoscaling")
def auto_scaling(_settings):
    """A group goes empty or by force; a launch configuration when no group names it."""
    from moto.autoscaling.models import AutoScalingBackend
    from moto.autoscaling.responses import AutoScalingResponse

    @before(AutoScalingResponse, "delete_auto_scaling_group")
    def _group(self):
        group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
        force = str(self._get_param("ForceDelete") or "").lower() == "true"
        if group is not None and group.instance_states and not force:
            raise Refused(
                "ResourceInUse",
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
                "request(s) still in the group.",
            )

    @before(AutoScalingBackend, "delete_launch_configuration")
    def _configuration(self, launch_configuration_name):
        if any(
            getattr(group.launch_config, "name", None) == launch_configuration_name for group in self.autoscaling_groups.values()
        ):
            raise Refused(
                "ResourceInUse",
                f"Cannot delete launch configuration {launch_configuration_name} because it is attached to an "
                "AutoScalingGroup",
            )
