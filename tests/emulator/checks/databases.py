"""RDS, ElastiCache, Redshift, DynamoDB."""

from .harness import check, refuses

INSTANCE = {
    "DBInstanceClass": "db.t3.micro",
    "Engine": "postgres",
    "MasterUsername": "u",
    "MasterUserPassword": "Passw0rd!",
    "AllocatedStorage": 20,
}


@check
def rds_instance(w):
    """Protection, final snapshots, groups in use."""
    rds = w.rds
    vpc, one = w.vpc()
    two = w.ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.5.0/24", AvailabilityZone="us-east-1b")["Subnet"]["SubnetId"]
    rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=[one, two])
    rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="postgres16", Description="d")
    rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBSubnetGroupName="sg",
        DBParameterGroupName="pg",
        DeletionProtection=True,
        **INSTANCE,
    )
    refuses("InvalidDBSubnetGroupStateFault", rds.delete_db_subnet_group, DBSubnetGroupName="sg")
    refuses("InvalidDBParameterGroupState", rds.delete_db_parameter_group, DBParameterGroupName="pg")
    refuses(
        "InvalidParameterCombination",
        rds.delete_db_instance,
        DBInstanceIdentifier="db",
        SkipFinalSnapshot=True,
    )
    rds.modify_db_instance(DBInstanceIdentifier="db", DeletionProtection=False)
    refuses("InvalidParameterCombination", rds.delete_db_instance, DBInstanceIdentifier="db")
    rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    refuses("DBInstanceNotFound", rds.delete_db_instance, DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    rds.delete_db_subnet_group(DBSubnetGroupName="sg")
    rds.delete_db_parameter_group(DBParameterGroupName="pg")


@check
def rds_cluster(w):
    """A cluster goes after its members, with a word about the snapshot."""
    rds = w.rds
    login = {"MasterUsername": "u", "MasterUserPassword": "Passw0rd!"}
    rds.create_db_cluster(DBClusterIdentifier="c", Engine="aurora-postgresql", **login)
    rds.create_db_instance(
        DBInstanceIdentifier="m",
        DBClusterIdentifier="c",
        DBInstanceClass="db.t3.medium",
        Engine="aurora-postgresql",
    )
    refuses("InvalidDBClusterStateFault", rds.delete_db_cluster, DBClusterIdentifier="c", SkipFinalSnapshot=True)
    rds.delete_db_instance(DBInstanceIdentifier="m", SkipFinalSnapshot=True)
    refuses("InvalidParameterCombination", rds.delete_db_cluster, DBClusterIdentifier="c")
    rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)


@check
def cache_member(w):
    """A member of a replication group goes with the group."""
    cache = w.elasticache
    cache.create_replication_group(
        ReplicationGroupId="g", ReplicationGroupDescription="d", CacheNodeType="cache.t3.micro", Engine="redis"
    )
    cache.create_cache_cluster(
        CacheClusterId="member", CacheNodeType="cache.t3.micro", Engine="redis", ReplicationGroupId="g"
    )
    refuses("InvalidCacheClusterState", cache.delete_cache_cluster, CacheClusterId="member")
    cache.delete_replication_group(ReplicationGroupId="g")
    cache.delete_cache_cluster(CacheClusterId="member")


@check
def redshift_cluster(w):
    """Final snapshot and subnet group."""
    redshift = w.redshift
    _, subnet = w.vpc()
    redshift.create_cluster_subnet_group(ClusterSubnetGroupName="sg", Description="d", SubnetIds=[subnet])
    redshift.create_cluster(
        ClusterIdentifier="c",
        NodeType="dc2.large",
        MasterUsername="u",
        MasterUserPassword="Passw0rd1",
        ClusterSubnetGroupName="sg",
    )
    refuses("InvalidClusterSubnetGroupStateFault", redshift.delete_cluster_subnet_group, ClusterSubnetGroupName="sg")
    refuses("InvalidParameterCombination", redshift.delete_cluster, ClusterIdentifier="c")
    redshift.delete_cluster(ClusterIdentifier="c", SkipFinalClusterSnapshot=True)
    redshift.delete_cluster_subnet_group(ClusterSubnetGroupName="sg")


@check
def cache_deletion(w):
    """A cache on its way out is seen once more; its subnet group goes after it."""
    cache, (_, subnet) = w.elasticache, w.vpc()
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="g", CacheSubnetGroupDescription="d", SubnetIds=[subnet]
    )
    cache.create_cache_cluster(
        CacheClusterId="c",
        Engine="memcached",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
        CacheSubnetGroupName="g",
    )
    refuses("CacheSubnetGroupInUse", cache.delete_cache_subnet_group, CacheSubnetGroupName="g")
    cache.delete_cache_cluster(CacheClusterId="c")
    assert [c["CacheClusterStatus"] for c in cache.describe_cache_clusters()["CacheClusters"]] == ["deleting"]
    assert cache.describe_cache_clusters()["CacheClusters"] == []
    cache.delete_cache_subnet_group(CacheSubnetGroupName="g")
    refuses("CacheSubnetGroupNotFoundFault", cache.delete_cache_subnet_group, CacheSubnetGroupName="g")


@check
def dynamodb_protection(w):
    """A protected table stays."""
    w.dynamodb.create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    refuses("ValidationException", w.dynamodb.delete_table, TableName="t")
    w.dynamodb.update_table(TableName="t", DeletionProtectionEnabled=False)
    w.dynamodb.delete_table(TableName="t")
    refuses("ResourceNotFoundException", w.dynamodb.delete_table, TableName="t")
