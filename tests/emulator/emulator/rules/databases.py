"""RDS with its relatives, ElastiCache, Redshift."""

from ..refusal import Refused, after, before
from .registry import rules_for


@rules_for("rds")
def rds(_settings):
    """Final snapshots, and groups that instances or clusters still use."""
    from moto.rds.models import RDSBackend
    from moto.rds.responses import RDSResponse

    def skip(self):
        return str(self.params.get("SkipFinalSnapshot") or "").lower() == "true"

    @before(RDSResponse, "delete_db_instance")
    def _instance(self):
        database = self.backend.databases.get(self.params.get("DBInstanceIdentifier"))
        if database is None or database.db_cluster_identifier or database.is_replica:
            return
        if not skip(self) and not self.params.get("FinalDBSnapshotIdentifier"):
            raise Refused(
                "InvalidParameterCombination",
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            )

    @before(RDSResponse, "delete_db_cluster")
    def _cluster(self):
        if self.params.get("DBClusterIdentifier") not in self.backend.clusters:
            return
        if not skip(self) and not self.params.get("FinalDBSnapshotIdentifier"):
            raise Refused(
                "InvalidParameterCombination",
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            )

    @before(RDSBackend, "delete_subnet_group")
    def _subnet_group(self, subnet_name):
        users = [
            d
            for d in (*self.databases.values(), *self.clusters.values())
            if subnet_name in (d.__dict__.get("_db_subnet_group_name"), d.__dict__.get("db_subnet_group_name"))
        ]
        if users:
            raise Refused(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{subnet_name}' because at least one database instance is still "
                "using it.",
            )

    @before(RDSBackend, "delete_db_parameter_group")
    def _parameter_group(self, db_parameter_group_name):
        if db_parameter_group_name.startswith("default."):
            raise Refused(
                "InvalidDBParameterGroupState",
                f"Default DBParameterGroup cannot be deleted: {db_parameter_group_name}",
            )
        if any(d.db_parameter_group_name == db_parameter_group_name for d in self.databases.values()):
            raise Refused(
                "InvalidDBParameterGroupState", "One or more database instances are still members of this parameter group"
            )


@rules_for("elasticache")
def elasticache(_settings):
    """A member goes with its replication group."""
    from moto.elasticache.models import ElastiCacheBackend

    @before(ElastiCacheBackend, "delete_cache_cluster")
    def _member(self, cache_cluster_id):
        cluster = self.cache_clusters.get(cache_cluster_id)
        group = self.replication_groups.get(getattr(cluster, "replication_group_id", None) or "")
        if group is not None and group.status != "deleting":
            raise Refused(
                "InvalidCacheClusterState",
                f"Cache cluster {cache_cluster_id} is serving as primary for replication group "
                f"{group.replication_group_id} and cannot be deleted.",
            )

    # What is on its way out is seen once more, then it is gone; moto never lets it go.
    for method, registry, status in (
        ("describe_cache_clusters", "cache_clusters", "cache_cluster_status"),
        ("describe_replication_groups", "replication_groups", "status"),
    ):

        @after(ElastiCacheBackend, method)
        def _seen(self, found, *_args, registry=registry, status=status, **_kwargs):
            items = getattr(self, registry)
            for name in [name for name, item in items.items() if item in found and getattr(item, status) == "deleting"]:
                group = items.pop(name)
                for member in getattr(group, "member_clusters", []):
                    self.cache_clusters.pop(member, None)


@rules_for("redshift")
def redshift(_settings):
    """A cluster goes with a word about the snapshot, a subnet group after its clusters."""
    from moto.redshift.models import RedshiftBackend
    from moto.redshift.responses import RedshiftResponse

    @before(RedshiftResponse, "delete_cluster")
    def _cluster(self):
        if self._get_param("ClusterIdentifier") not in self.redshift_backend.clusters:
            return
        if not self._get_bool_param("SkipFinalClusterSnapshot") and not self._get_param(
            "FinalClusterSnapshotIdentifier"
        ):
            raise Refused(
                "InvalidParameterCombination",
                "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.",
            )

    @before(RedshiftBackend, "delete_cluster_subnet_group")
    def _subnet_group(self, subnet_identifier):
        if any(c.cluster_subnet_group_name == subnet_identifier for c in self.clusters.values()):
            raise Refused(
                "InvalidClusterSubnetGroupStateFault",
                f"Cluster subnet group {subnet_identifier} is used by one or more clusters.",
            )
