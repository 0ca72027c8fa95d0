"""What lives in VPCs: balancers, databases, containers, clusters, brokers."""

# Automated ones go with their database, if not at once.
MANUAL = {"SnapshotType": "manual"}
PLAIN = [
    ("ELB", "elb", "describe_load_balancers", "LoadBalancerDescriptions", "LoadBalancerName"),
    ("ELBv2", "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    ("ELBv2TargetGroup", "elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    ("AutoScalingGroup", "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    (
        "AutoScalingLaunchConfiguration",
        "autoscaling",
        "describe_launch_configurations",
        "LaunchConfigurations",
        "LaunchConfigurationName",
    ),
    ("RDSInstance", "rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    ("RDSDBCluster", "rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    ("RDSDBSubnetGroup", "rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    ("RDSDBParameterGroup", "rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    (
        "RDSDBClusterParameterGroup",
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "DBClusterParameterGroupName",
    ),
    ("RDSSnapshot", "rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier", MANUAL),
    (
        "RDSClusterSnapshot",
        "rds",
        "describe_db_cluster_snapshots",
        "DBClusterSnapshots",
        "DBClusterSnapshotIdentifier",
        MANUAL,
    ),
    (
        "ElasticacheReplicationGroup",
        "elasticache",
        "describe_replication_groups",
        "ReplicationGroups",
        "ReplicationGroupId",
    ),
    ("ElasticacheCacheCluster", "elasticache", "describe_cache_clusters", "CacheClusters", "CacheClusterId"),
    (
        "ElasticacheSubnetGroup",
        "elasticache",
        "describe_cache_subnet_groups",
        "CacheSubnetGroups",
        "CacheSubnetGroupName",
    ),
    ("RedshiftCluster", "redshift", "describe_clusters", "Clusters", "ClusterIdentifier"),
    (
        "RedshiftSubnetGroup",
        "redshift",
        "describe_cluster_subnet_groups",
        "ClusterSubnetGroups",
        "ClusterSubnetGroupName",
    ),
    ("OSDomain", "opensearch", "list_domain_names", "DomainNames", "DomainName"),
    ("MSKCluster", "kafka", "list_clusters_v2", "ClusterInfoList", "ClusterArn"),
    ("MQBroker", "mq", "list_brokers", "BrokerSummaries", "BrokerId"),
]


def count(inv, region):
    """Counts them in one region."""
    for kind, service, method, key, name, *more in PLAIN:
        for item in inv.pages(service, region, method, key, **(more[0] if more else {})):
            default = item[name] == "default" or item[name].startswith("default.")
            inv.found(kind, item[name], region, "default" if default else None)
    files(inv, region)
    containers(inv, region)
    kubernetes(inv, region)


def files(inv, region):
    """File systems with their mount targets."""
    for system in inv.pages("efs", region, "describe_file_systems", "FileSystems"):
        name = system["FileSystemId"]
        inv.found("EFSFileSystem", name, region)
        for target in inv.pages("efs", region, "describe_mount_targets", "MountTargets", FileSystemId=name):
            inv.found("EFSMountTarget", target["MountTargetId"], region)


def containers(inv, region):
    """Clusters that are not over, with their services and tasks; all definitions."""
    client = inv.client("ecs", region)
    for cluster in inv.pages("ecs", region, "list_clusters", "clusterArns"):
        if client.describe_clusters(clusters=[cluster])["clusters"][0]["status"] == "INACTIVE":
            continue
        inv.found("ECSCluster", cluster, region)
        for service in inv.pages("ecs", region, "list_services", "serviceArns", cluster=cluster):
            if client.describe_services(cluster=cluster, services=[service])["services"][0]["status"] != "INACTIVE":
                inv.found("ECSService", service, region)
        for task in inv.pages("ecs", region, "list_tasks", "taskArns", cluster=cluster, desiredStatus="RUNNING"):
            inv.found("ECSTask", task, region)
    for status in ("ACTIVE", "INACTIVE"):
        for name in inv.pages("ecs", region, "list_task_definitions", "taskDefinitionArns", status=status):
            inv.found("ECSTaskDefinition", name, region)


def kubernetes(inv, region):
    """Clusters with their node groups and Fargate profiles."""
    for cluster in inv.pages("eks", region, "list_clusters", "clusters"):
        inv.found("EKSCluster", cluster, region)
        for group in inv.pages("eks", region, "list_nodegroups", "nodegroups", clusterName=cluster):
            inv.found("EKSNodegroup", f"{cluster}/{group}", region)
        for profile in inv.pages("eks", region, "list_fargate_profiles", "fargateProfileNames", clusterName=cluster):
            inv.found("EKSFargateProfile", f"{cluster}/{profile}", region)
