"""What lives in a VPC and so keeps it from going: balancers, databases, containers, clusters, brokers."""

IMAGE = "registry.example.com/sink:1"


def tenants(account, role, vpc):
    """One of each, in the subnets and security groups of a VPC."""
    place = {"subnets": [vpc["public"], vpc["private"]], "group": vpc["group"], "vpc": vpc["vpc"], "role": role}
    for step in (balancers, scaling, databases, caches, files, containers, kubernetes, warehouse, brokers):
        step(account, place)


def balancers(account, place):
    """Load balancers of both kinds; one with a listener and a target group."""
    classic, modern = account.client("elb"), account.client("elbv2")
    classic.create_load_balancer(
        LoadBalancerName="sink",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        Subnets=place["subnets"],
        SecurityGroups=[place["group"]],
    )
    balancer = modern.create_load_balancer(
        Name="sink", Subnets=place["subnets"], SecurityGroups=[place["group"]], Type="application"
    )["LoadBalancers"][0]["LoadBalancerArn"]
    target = modern.create_target_group(Name="sink", Protocol="HTTP", Port=80, VpcId=place["vpc"])["TargetGroups"][0]
    place["target"] = target["TargetGroupArn"]
    modern.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": place["target"]}],
    )
    for kind in ("ELB", "ELBv2", "ELBv2TargetGroup"):
        account.tally(kind)


def scaling(account, place):
    """A group with an instance, which it would start again, and the configuration it starts it with."""
    scaling, ec2 = account.client("autoscaling"), account.client("ec2")
    image = ec2.register_image(Name="sink-scaling", Architecture="x86_64")["ImageId"]
    scaling.create_launch_configuration(
        LaunchConfigurationName="sink", ImageId=image, InstanceType="t3.micro", SecurityGroups=[place["group"]]
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="sink",
        LaunchConfigurationName="sink",
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=",".join(place["subnets"]),
        TargetGroupARNs=[place["target"]],
    )
    for kind in ("AutoScalingGroup", "AutoScalingLaunchConfiguration", "EC2Image", "EC2Instance"):
        account.tally(kind)


def databases(account, place):
    """An instance with a replica and a snapshot, a cluster with a member and a snapshot, and their groups."""
    rds = account.client("rds")
    groups = {"VpcSecurityGroupIds": [place["group"]], "DBSubnetGroupName": "sink"}
    rds.create_db_subnet_group(
        DBSubnetGroupName="sink", DBSubnetGroupDescription="sink", SubnetIds=place["subnets"]
    )
    rds.create_db_parameter_group(
        DBParameterGroupName="sink", DBParameterGroupFamily="mysql8.0", Description="sink"
    )
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="sink", DBParameterGroupFamily="aurora-mysql8.0", Description="sink"
    )
    owner = {"MasterUsername": "sink", "MasterUserPassword": "Passw0rd!x"}
    small = {"DBInstanceClass": "db.t3.micro"}
    rds.create_db_instance(
        DBInstanceIdentifier="sink",
        Engine="mysql",
        AllocatedStorage=20,
        DBParameterGroupName="sink",
        **owner,
        **small,
        **groups,
    )
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="sink-replica", SourceDBInstanceIdentifier="sink", **small
    )
    rds.create_db_snapshot(DBSnapshotIdentifier="sink", DBInstanceIdentifier="sink")
    rds.create_db_cluster(
        DBClusterIdentifier="sink-cluster",
        Engine="aurora-mysql",
        DBClusterParameterGroupName="sink",
        **owner,
        **groups,
    )
    rds.create_db_instance(
        DBInstanceIdentifier="sink-member", DBClusterIdentifier="sink-cluster", Engine="aurora-mysql", **small
    )
    rds.create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier="sink-cluster", DBClusterIdentifier="sink-cluster"
    )
    account.tally("RDSInstance", 3)
    for kind in (
        "RDSDBCluster",
        "RDSDBSubnetGroup",
        "RDSDBParameterGroup",
        "RDSDBClusterParameterGroup",
        "RDSSnapshot",
        "RDSClusterSnapshot",
    ):
        account.tally(kind)


def caches(account, place):
    """A cluster in a subnet group, and a replication group."""
    cache = account.client("elasticache")
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="sink", CacheSubnetGroupDescription="sink", SubnetIds=place["subnets"]
    )
    cache.create_cache_cluster(
        CacheClusterId="sink",
        Engine="memcached",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
        CacheSubnetGroupName="sink",
        SecurityGroupIds=[place["group"]],
    )
    cache.create_replication_group(
        ReplicationGroupId="sink-group",
        ReplicationGroupDescription="sink",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=2,
    )
    for kind in ("ElasticacheSubnetGroup", "ElasticacheCacheCluster", "ElasticacheReplicationGroup"):
        account.tally(kind)


def files(account, place):
    """A file system with a mount target in each subnet, and an access point."""
    efs = account.client("efs")
    name = efs.create_file_system(CreationToken="sink", Tags=[{"Key": "Name", "Value": "sink"}])["FileSystemId"]
    for subnet in place["subnets"]:
        efs.create_mount_target(FileSystemId=name, SubnetId=subnet, SecurityGroups=[place["group"]])
    efs.create_access_point(ClientToken="sink", FileSystemId=name)
    account.tally("EFSFileSystem")
    account.tally("EFSMountTarget", 2)


def containers(account, place):
    """A cluster with a service that wants two tasks, a task of its own, and definitions, one out of use."""
    ecs = account.client("ecs")
    ecs.create_cluster(clusterName="sink")
    network = {"awsvpcConfiguration": {"subnets": place["subnets"], "securityGroups": [place["group"]]}}
    for _ in range(2):
        ecs.register_task_definition(
            family="sink",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "sink", "image": IMAGE, "essential": True, "cpu": 256, "memory": 512}],
        )
    ecs.deregister_task_definition(taskDefinition="sink:1")
    ecs.create_service(
        cluster="sink",
        serviceName="sink",
        taskDefinition="sink:2",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=network,
        loadBalancers=[{"targetGroupArn": place["target"], "containerName": "sink", "containerPort": 80}],
    )
    ecs.run_task(
        cluster="sink", taskDefinition="sink:2", count=1, launchType="FARGATE", networkConfiguration=network
    )
    for kind in ("ECSCluster", "ECSService", "ECSTask"):
        account.tally(kind)
    account.tally("ECSTaskDefinition", 2)


def kubernetes(account, place):
    """A cluster with a node group and a Fargate profile."""
    eks = account.client("eks")
    eks.create_cluster(
        name="sink",
        roleArn=place["role"],
        resourcesVpcConfig={"subnetIds": place["subnets"], "securityGroupIds": [place["group"]]},
    )
    eks.create_nodegroup(
        clusterName="sink", nodegroupName="sink", subnets=place["subnets"], nodeRole=place["role"]
    )
    eks.create_fargate_profile(
        clusterName="sink",
        fargateProfileName="sink",
        podExecutionRoleArn=place["role"],
        subnets=place["subnets"],
        selectors=[{"namespace": "default"}],
    )
    for kind in ("EKSCluster", "EKSNodegroup", "EKSFargateProfile"):
        account.tally(kind)


def warehouse(account, place):
    """A Redshift cluster in a subnet group, a search domain."""
    redshift, search = account.client("redshift"), account.client("opensearch")
    redshift.create_cluster_subnet_group(
        ClusterSubnetGroupName="sink", Description="sink", SubnetIds=place["subnets"]
    )
    redshift.create_cluster(
        ClusterIdentifier="sink",
        NodeType="ra3.large",
        MasterUsername="sink",
        MasterUserPassword="Passw0rd!x",
        ClusterSubnetGroupName="sink",
        VpcSecurityGroupIds=[place["group"]],
    )
    search.create_domain(
        DomainName="sink",
        VPCOptions={"SubnetIds": [place["subnets"][0]], "SecurityGroupIds": [place["group"]]},
    )
    for kind in ("RedshiftCluster", "RedshiftSubnetGroup", "OSDomain"):
        account.tally(kind)


def brokers(account, place):
    """Brokers of both kinds."""
    kafka, mq = account.client("kafka"), account.client("mq")
    kafka.create_cluster(
        ClusterName="sink",
        KafkaVersion="3.6.0",
        NumberOfBrokerNodes=2,
        BrokerNodeGroupInfo={
            "ClientSubnets": place["subnets"],
            "SecurityGroups": [place["group"]],
            "InstanceType": "kafka.t3.small",
        },
    )
    mq.create_broker(
        BrokerName="sink",
        AutoMinorVersionUpgrade=False,
        DeploymentMode="SINGLE_INSTANCE",
        EngineType="ACTIVEMQ",
        EngineVersion="5.18",
        HostInstanceType="mq.t3.micro",
        PubliclyAccessible=False,
        SubnetIds=[place["subnets"][0]],
        SecurityGroups=[place["group"]],
        Users=[{"Username": "sink", "Password": "Passw0rd!x-long"}],
    )
    account.tally("MSKCluster")
    account.tally("MQBroker")
