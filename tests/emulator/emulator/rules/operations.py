"""Streams, namespaces, work groups, vaults."""

from ..refusal import Refused, before
from .registry import rules_for


@rules_for("kinesis")
def streams(_settings):
    """A stream with consumers goes only when told so."""
    from moto.kinesis.responses import KinesisResponse

    @before(KinesisResponse, "delete_stream")
    def _delete(self):
        backend = self.kinesis_backend
        stream = backend.describe_stream(self._get_param("StreamARN"), self._get_param("StreamName"))
        if stream.consumers and not self._get_param("EnforceConsumerDeletion"):
            raise Refused(
                "ResourceInUseException",
                f"Stream {stream.stream_name} under account {backend.account_id} has consumers registered",
            )


@rules_for("servicediscovery")
def service_discovery(_settings):
    """Namespaces go without services, services without instances."""
    from moto.servicediscovery.models import ServiceDiscoveryBackend

    @before(ServiceDiscoveryBackend, "delete_namespace")
    def _namespace(self, namespace_id):
        if any(service.namespace_id == namespace_id for service in self.services.values()):
            raise Refused("ResourceInUse", "Namespace has associated services; delete the services before deleting the namespace")

    @before(ServiceDiscoveryBackend, "delete_service")
    def _service(self, service_id):
        service = self.services.get(service_id)
        if service is None:
            raise Refused("ServiceNotFound", "Service not found")
        if service.instances:
            raise Refused("ResourceInUse", "Service contains registered instances; delete the instances before deleting the service")


@rules_for("athena")
def work_groups(_settings):
    """The primary work group stays."""
    from moto.athena.models import AthenaBackend
    from moto.athena.responses import AthenaResponse

    @before(AthenaBackend, "delete_work_group")
    def _delete(self, name):
        if name == "primary":
            raise Refused("InvalidRequestException", "primary workGroup could not be deleted")

    @before(AthenaResponse, "delete_work_group")
    def _recursive(self):
        name = self._get_param("WorkGroup")
        if self._get_param("RecursiveDeleteOption"):
            return
        if any(query.workgroup.name == name for query in self.athena_backend.named_queries.values()):
            raise Refused("InvalidRequestException", f"WorkGroup {name} is not empty")


@rules_for("scheduler")
def schedules(_settings):
    """The default group stays."""
    from moto.scheduler.models import EventBridgeSchedulerBackend

    @before(EventBridgeSchedulerBackend, "delete_schedule_group")
    def _delete(self, name):
        if name in (None, "default"):
            raise Refused("ValidationException", "Cannot delete the default schedule group")


@rules_for("backup")
def vaults(_settings):
    """A vault goes empty."""
    from moto.backup.models import BackupBackend

    @before(BackupBackend, "delete_backup_vault")
    def _delete(self, backup_vault_name):
        vault = self.vaults.get(backup_vault_name)
        if vault is not None and vault.num_of_recovery_points:
            raise Refused("InvalidRequestException", "Backup vault cannot be deleted (contains recovery points)")
