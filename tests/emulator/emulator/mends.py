"""Plain bugs of moto that would make an honest client fail, each with what AWS does. Never more lenient than AWS."""

import os
import re
from urllib.parse import unquote

from moto.core.utils import get_service_model

from . import wire
from .refusal import after, around
from .rules.registry import rules_for

# Signing names whose operations are described under other names; the first model that has the operation counts.
MODELS = {
    **wire.REST_MODELS,
    "monitoring": ["cloudwatch"],
    "elasticloadbalancing": ["elbv2", "elb"],
    "email": ["ses"],
    "ses": ["sesv2", "ses"],
    "rds": ["rds"],
    "states": ["stepfunctions"],
    "tagging": ["resourcegroupstaggingapi"],
    "cassandra": ["keyspaces"],
    "elasticmapreduce": ["emr"],
    "cognito-idp": ["cognito-idp"],
    "catalog": ["servicecatalog"],
}
NOT_FOUND = re.compile(r"NotFound|NoSuch|DoesNotExist|Nonexistent|NonExistent|Unknown.*Exception")
# What moto raises when it trips over an id it does not know.
STUMBLES = (KeyError, IndexError, StopIteration, AttributeError, TypeError, ValueError)


def unknown_id(call, problem):
    """The error AWS gives for an unknown id, where moto stumbles over it; None if this is another problem.

    Deleting an unknown id is a Python exception, so a 500, for some 27 types of moto.
    """
    if not isinstance(problem, STUMBLES):
        return None
    if isinstance(problem, (AttributeError, TypeError)) and "NoneType" not in str(problem):
        return None
    if isinstance(problem, ValueError) and "not in list" not in str(problem):
        return None
    if not re.match(
        r"Delete|Terminate|Describe|Get|List|Deregister|Disassociate|Detach|Release|Stop|Remove|Update|Modify|Disable|Put|Untag|Tag",
        call.operation,
    ):
        return None
    message = f"The resource of {call.operation} does not exist: {problem}"
    for model in MODELS.get(call.service, [call.service]):
        try:
            operation = get_service_model(model).operation_model(call.operation)
        except Exception:  # noqa: BLE001 - not the model of this operation
            continue
        for shape in operation.error_shapes:
            error = shape.metadata.get("error", {})
            code = error.get("code") or shape.name
            if NOT_FOUND.search(code):
                rest = call.protocol.startswith("rest")
                return wire.error(call, code, message, error.get("httpStatusCode") or (404 if rest else 400))
        break
    if call.protocol == "ec2":
        noun = re.sub(r"^[A-Z][a-z]+", "", call.operation).rstrip("s")
        return wire.error(call, f"Invalid{noun}ID.NotFound", message)
    if call.service == "apigateway":
        return wire.error(call, "NotFoundException", message, 404)
    if call.operation.startswith("Delete") and isinstance(problem, KeyError):
        return wire.error(call, "ResourceNotFoundException", message)
    return None


@rules_for("s3")
def list_buckets(_settings):
    """`ListBuckets` with `BucketRegion` and pages; moto knows neither."""
    from moto.core.responses import ActionResult
    from moto.s3.responses import S3Response

    def all_buckets(self):
        self.data["Action"] = "ListAllMyBuckets"
        self._authenticate_and_authorize_s3_action()
        region = self._get_param("bucket-region")
        buckets = sorted(
            self.backend.list_buckets(prefix=self._get_param("prefix"), bucket_region=region, max_buckets=None),
            key=lambda bucket: bucket.name,
        )
        token = self._get_param("continuation-token")
        if token:
            buckets = [bucket for bucket in buckets if bucket.name > unquote(token)]
        limit = int(self._get_param("max-buckets") or 10000)
        page, more = buckets[:limit], len(buckets) > limit
        self.data["Action"] = "ListBuckets"
        result = {
            "Owner": {"ID": "bcaf1ffd86f41161ca5fb16fd081034f"},
            "Buckets": [
                {
                    "Name": bucket.name,
                    "CreationDate": bucket.creation_date_ISO8601,
                    "BucketRegion": bucket.region_name,
                }
                for bucket in page
            ],
        }
        if more:
            result["ContinuationToken"] = page[-1].name
        return self.serialized(ActionResult(result))

    S3Response.all_buckets = all_buckets


@rules_for("ec2")
def launched_interfaces(_settings):
    """Interfaces made by a launch go with the instance; moto keeps them, so their subnet is never free."""
    from moto.ec2.models.instances import Instance

    @around(Instance, "prep_nics")
    def _prepared(original, self, nic_spec, *args, **kwargs):
        before = set(self.ec2_backend.enis)
        keep = {
            int(nic.get("DeviceIndex") or 0) for nic in nic_spec if nic.get("DeleteOnTermination") is False
        }
        result = original(self, nic_spec, *args, **kwargs)
        for index, nic in self.nics.items():
            if nic.id not in before and index not in keep:
                nic.delete_on_termination = True
        return result


@rules_for("ec2")
def launch_protection(_settings):
    """`DisableApiTermination` of a launch counts; moto drops it."""
    from moto.ec2.models import EC2Backend
    from moto.ec2.responses.instances import InstanceResponse

    @around(InstanceResponse, "run_instances")
    def _asked(original, self):
        self.ec2_backend.launch_protected = self._get_bool_param("DisableApiTermination") or False
        return original(self)

    @around(EC2Backend, "run_instances")
    def _launched(original, self, *args, **kwargs):
        kwargs.setdefault("disable_api_termination", getattr(self, "launch_protected", False))
        return original(self, *args, **kwargs)


@rules_for("ec2")
def gateway_endpoints(_settings):
    """An endpoint without a type is a gateway; moto can't delete one it has no type for."""
    from moto.ec2.models import EC2Backend

    @around(EC2Backend, "create_vpc_endpoint")
    def _typed(original, self, vpc_id, service_name, endpoint_type=None, *args, **kwargs):
        return original(self, vpc_id, service_name, endpoint_type or "Gateway", *args, **kwargs)


@rules_for("cloudformation")
def stack_names(_settings):
    """Stacks of stack sets have a name that AWS would allow; moto's has a colon, which queues refuse."""
    from moto.cloudformation.models import CloudFormationBackend
    from moto.moto_api._internal import mock_random

    @around(CloudFormationBackend, "create_stack")
    def _named(original, self, name, *args, **kwargs):
        if name.startswith("StackSet:"):
            name = f"StackSet-{name.removeprefix('StackSet:')}-{mock_random.uuid4()}"
        return original(self, name, *args, **kwargs)


@rules_for("cloudformation")
def parameter_names(_settings):
    """A parameter without a name in the template gets one; moto stumbles."""
    from moto.ssm.models import Parameter

    create = Parameter.create_from_cloudformation_json

    def created(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        cloudformation_json["Properties"].setdefault("Name", f"CFN-{resource_name}")
        return create(resource_name, cloudformation_json, account_id, region_name, **kwargs)

    Parameter.create_from_cloudformation_json = classmethod(created)


@rules_for("ssm")
def unknown_baseline(_settings):
    """Deleting a baseline that is not there is no error on AWS."""
    from moto.ssm.models import SimpleSystemManagerBackend

    @around(SimpleSystemManagerBackend, "delete_patch_baseline")
    def _deleted(original, self, baseline_id):
        if baseline_id in self.baselines:
            original(self, baseline_id)


@rules_for("sesv2")
def sending_options(_settings):
    """Whether a set sends is yes or no; moto answers with an object."""
    from moto.ses.models import ConfigurationSet

    @after(ConfigurationSet, "to_dict_v2")
    def _told(_self, result):
        options = result["SendingOptions"]
        if isinstance(options["SendingEnabled"], dict):
            result["SendingOptions"] = {"SendingEnabled": True, **options["SendingEnabled"]}


@rules_for("ds")
def subscriptions(_settings):
    """The subscription of a directory ends with it; moto goes on listing it."""
    from moto.ds.models import DirectoryServiceBackend

    @after(DirectoryServiceBackend, "delete_directory")
    def _ended(self, _result, directory_id):
        self.log_subscriptions.pop(directory_id, None)


@rules_for("apigateway")
def no_mappings(_settings):
    """A domain name without mappings has none; moto stumbles."""
    from moto.apigateway.models import APIGatewayBackend

    @around(APIGatewayBackend, "get_base_path_mappings")
    def _mapped(original, self, domain_name):
        if domain_name in self.domain_names and domain_name not in self.base_path_mappings:
            return []
        return original(self, domain_name)


@rules_for("sqs")
def queue_ids(_settings):
    """A queue of a stack has the URL that `ListQueues` gives; moto puts another host into the stack."""
    from moto.sqs.models import Queue

    Queue.physical_resource_id = property(
        lambda self: f"http://127.0.0.1:{os.environ['MOTO_PORT']}/{self.account_id}/{self.name}"
    )


@rules_for("kafka")
def cluster_times(_settings):
    """Times have a zone; moto's have none."""
    from moto.kafka.models import FakeKafkaCluster

    @after(FakeKafkaCluster, "__init__")
    def _made(self, _nothing, *_args, **_kwargs):
        self.creation_time += "Z"


@rules_for("config")
def recorder_arns(_settings):
    """Recorders have an ARN, and tags that can be asked for; moto's have neither."""
    from types import SimpleNamespace

    from moto.config.models import ConfigBackend

    @after(ConfigBackend, "describe_configuration_recorders")
    def _described(self, recorders, *_args, **_kwargs):
        for recorder in recorders:
            place = f"{self.region_name}:{self.account_id}"
            recorder["arn"] = f"arn:aws:config:{place}:configuration-recorder/{recorder['name']}/a1b2c3d4e5f60718"

    @around(ConfigBackend, "_match_arn")
    def _matched(original, self, resource_arn):
        if ":configuration-recorder/" in resource_arn:
            return SimpleNamespace(tags={})
        return original(self, resource_arn)


@rules_for("rds")
def option_groups(_settings):
    """Option groups are listed without a name as well, and there may be none; moto stumbles."""
    from moto.rds.models import RDSBackend

    @around(RDSBackend, "describe_option_groups")
    def _listed(original, self, given):
        asked = {
            "option_group_name": given.get("OptionGroupName"),
            "engine_name": given.get("EngineName"),
            "major_engine_version": given.get("MajorEngineVersion"),
        }
        if not asked["option_group_name"] and not self.option_groups:
            return []
        return original(self, asked)


@rules_for("mediastore")
def containers(_settings):
    """Times are numbers, and tags are asked for by ARN; moto's times are for people, and it wants the name."""
    import time

    from moto.mediastore.models import Container, MediaStoreBackend

    @around(MediaStoreBackend, "list_tags_for_resource")
    def _tagged(original, self, name):
        return original(self, re.split("[/:]", name)[-1])

    @after(Container, "__init__")
    def _made(self, _nothing, *_args, **_kwargs):
        self.creation_time = time.time()


@rules_for("appmesh")
def mesh_owners_and_times(_settings):
    """Owners are accounts and times numbers; moto's are user ids, and texts in an order of their own."""
    from datetime import datetime

    from moto.appmesh.dataclasses import gateway_route, route, shared, virtual_gateway, virtual_node

    class Stamp(datetime):
        """A time that can't be talked into a text."""

        def strftime(self, _format):
            return self.timestamp()

    for cls in (
        shared.Metadata,
        route.RouteMetadata,
        gateway_route.GatewayRouteMetadata,
        virtual_gateway.VirtualGatewayMetadata,
        virtual_node.VirtualNodeMetadata,
    ):

        @after(cls, "__init__")
        def _made(self, _nothing, *_args, **_kwargs):
            self.mesh_owner = self.resource_owner = self.arn.split(":")[4]
            self.created_at = self.last_updated_at = Stamp.now()


@rules_for("ecs")
def all_capacity_providers(_settings):
    """Asked for no one by name, AWS describes all capacity providers; moto stumbles."""
    from moto.ecs.models import EC2ContainerServiceBackend

    @around(EC2ContainerServiceBackend, "describe_capacity_providers")
    def _described(original, self, names):
        return original(self, names or [provider.name for provider in self.capacity_providers.values()])


@rules_for("pinpoint")
def app_times(_settings):
    """The creation date of an application is text; moto's is a number."""
    from datetime import datetime, timezone

    from moto.pinpoint.models import App

    @after(App, "to_json")
    def _told(_self, told, *_args, **_kwargs):
        if "CreationDate" in told:
            made = datetime.fromtimestamp(told["CreationDate"], timezone.utc)
            told["CreationDate"] = made.strftime("%Y-%m-%dT%H:%M:%SZ")


@rules_for("ds")
def directory_interfaces(_settings):
    """The interfaces of a directory are its own, and go with it; moto's anybody may delete, and it stumbles over that."""
    from moto.ds.models import Directory
    from moto.ec2.models import ec2_backends

    @after(Directory, "create_eni")
    def _made(self, made, *_args, **_kwargs):
        for interface in made[0]:
            eni = ec2_backends[self.account_id][self.region].enis[interface]
            eni.requester_managed, eni.status = True, "in-use"

    @around(Directory, "delete_eni")
    def _deleted(original, self):
        for interface in self.eni_ids:
            ec2_backends[self.account_id][self.region].enis[interface].requester_managed = False
        original(self)


@rules_for("ec2")
def empty_fleets(_settings):
    """A fleet whose instances are gone can be cancelled; moto stumbles."""
    from moto.ec2.models.spot_requests import SpotFleetRequest

    @around(SpotFleetRequest, "terminate_instances")
    def _terminated(original, self):
        self.spot_requests = [
            request for request in self.spot_requests if request.instance.state != "terminated"
        ]
        if self.spot_requests:
            original(self)
