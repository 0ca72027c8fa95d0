"""Containers, balancers, batch, scaling groups, clusters."""

from .harness import check, refuses


@check
def ecs_cluster(w):
    """A cluster goes after its services, a service at zero or by force."""
    ecs = w.ecs
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="t", containerDefinitions=[{"name": "n", "image": "i", "memory": 64}])
    ecs.create_service(cluster="c", serviceName="s", taskDefinition="t", desiredCount=1)
    refuses("ClusterContainsServicesException", ecs.delete_cluster, cluster="c")
    refuses("InvalidParameterException", ecs.delete_service, cluster="c", service="s")
    ecs.delete_service(cluster="c", service="s", force=True)
    ecs.delete_cluster(cluster="c")


@check
def ecs_tasks(w):
    """A task holds its subnet until it stops."""
    ecs, (_, subnet) = w.ecs, w.vpc()
    group = w.ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    ecs.create_cluster(clusterName="c")
    container = {"name": "n", "image": "i", "cpu": 256, "memory": 512}
    ecs.register_task_definition(family="t", networkMode="awsvpc", containerDefinitions=[container])
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}}
    task = ecs.run_task(cluster="c", taskDefinition="t", launchType="FARGATE", networkConfiguration=network)
    refuses("DependencyViolation", w.ec2.delete_subnet, SubnetId=subnet)
    refuses("ClusterContainsTasksException", ecs.delete_cluster, cluster="c")
    ecs.stop_task(cluster="c", task=task["tasks"][0]["taskArn"])
    w.ec2.delete_subnet(SubnetId=subnet)
    ecs.delete_cluster(cluster="c")


@check
def load_balancer_protection(w):
    """A protected balancer stays; a target group in use stays."""
    elb = w.elbv2
    vpc, one = w.vpc()
    two = w.ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.5.0/24", AvailabilityZone="us-east-1b")["Subnet"]["SubnetId"]
    arn = elb.create_load_balancer(Name="b", Subnets=[one, two])["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="t", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    group = group["TargetGroupArn"]
    elb.create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    refuses("ResourceInUse", elb.delete_target_group, TargetGroupArn=group)
    on = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=on)
    refuses("OperationNotPermitted", elb.delete_load_balancer, LoadBalancerArn=arn)
    off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=off)
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_target_group(TargetGroupArn=group)


@check
def batch_states(w):
    """Queue and environment go disabled, the queue first."""
    batch = w.batch
    role = w.role("batch")
    environment = batch.create_compute_environment(
        computeEnvironmentName="env", type="UNMANAGED", state="ENABLED", serviceRole=role
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    batch.create_job_queue(jobQueueName="q", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    refuses("ClientException", batch.delete_compute_environment, computeEnvironment="env")
    batch.update_compute_environment(computeEnvironment="env", state="DISABLED")
    refuses("ClientException", batch.delete_compute_environment, computeEnvironment="env")
    refuses("ClientException", batch.delete_job_queue, jobQueue="q")
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    batch.delete_job_queue(jobQueue="q")
    batch.delete_compute_environment(computeEnvironment="env")


@check
def scaling_group(w):
    """A group with instances goes by force, its launch configuration after it."""
    scaling = w.autoscaling
    image = w.ec2.register_image(Name="check", Architecture="x86_64")["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName="l", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        MinSize=1,
        MaxSize=1,
        LaunchConfigurationName="l",
        AvailabilityZones=["us-east-1a"],
    )
    refuses("ResourceInUse", scaling.delete_launch_configuration, LaunchConfigurationName="l")
    refuses("ResourceInUse", scaling.delete_auto_scaling_group, AutoScalingGroupName="g")
    scaling.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
    scaling.delete_launch_configuration(LaunchConfigurationName="l")


@check
def eks_cluster(w):
    """A cluster goes after its node groups."""
    role = w.role("eks")
    _, subnet = w.vpc()
    w.eks.create_cluster(name="c", roleArn=role, resourcesVpcConfig={"subnetIds": [subnet]})
    w.eks.create_nodegroup(clusterName="c", nodegroupName="n", subnets=[subnet], nodeRole=role)
    refuses("ResourceInUseException", w.eks.delete_cluster, name="c")
    w.eks.delete_nodegroup(clusterName="c", nodegroupName="n")
    w.eks.delete_cluster(name="c")


@check
def iot_parts(w):
    """Things, certificates and policies hold each other."""
    iot = w.iot
    iot.create_thing(thingName="t")
    certificate = iot.create_keys_and_certificate(setAsActive=True)
    iot.attach_thing_principal(thingName="t", principal=certificate["certificateArn"])
    refuses("InvalidRequestException", iot.delete_thing, thingName="t")
    refuses(
        "CertificateStateException|DeleteConflictException",
        iot.delete_certificate,
        certificateId=certificate["certificateId"],
    )
    iot.detach_thing_principal(thingName="t", principal=certificate["certificateArn"])
    iot.delete_thing(thingName="t")
