"""CloudFormation: what keeps a stack, and what a failed deletion leaves behind."""

import copy
import json

from ..refusal import Refused, after, around
from .registry import rules_for


def validation(message):
    """CloudFormation has one code for nearly everything."""
    return Refused("ValidationError", message)


def imported_names(value, resources):
    """Names of all exports that a template imports."""
    from moto.cloudformation.parsing import clean_json

    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Fn::ImportValue":
                yield clean_json(copy.deepcopy(inner), resources)
            else:
                yield from imported_names(inner, resources)
    elif isinstance(value, list):
        for inner in value:
            yield from imported_names(inner, resources)


def importers(backend, export):
    """Live stacks that import an export."""
    return [
        stack
        for stack in backend.stacks.values()
        if export in set(imported_names(stack.template_dict.get("Resources", {}), stack.resource_map))
    ]


def find(backend, name_or_id):
    """A live stack by id or name."""
    for stack in backend.stacks.values():
        if name_or_id in (stack.stack_id, stack.name):
            return stack
    return None


def check(backend, stack, options):
    """Raises for what AWS refuses before anything is deleted."""
    from moto.iam.models import iam_backends

    if stack.enable_termination_protection:
        raise validation(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    for export in stack.exports:
        users = importers(backend, export.name)
        if users:
            raise validation(
                f"Export {export.name} cannot be deleted as it is in use by {', '.join(s.name for s in users)}"
            )
    if options.get("retain") and stack.status != "DELETE_FAILED":
        raise validation(
            "Invalid operation on stack [" + stack.stack_id + "]. RetainResources is only valid in DELETE_FAILED"
        )
    role = options.get("role") or stack.role_arn
    if role and not any(r.arn == role for r in iam_backends[stack.account_id]["aws"].roles.values()):
        raise validation(f"Role {role} is invalid or cannot be assumed")


def delete_resources(stack, retain, force):
    """Deletes what can be deleted; returns {logical id: reason} of the rest."""
    resources = stack.resource_map
    stack.gone = getattr(stack, "gone", {})
    left = [
        key
        for key, spec in resources._resource_json_map.items()
        if key in resources._parsed_resources and spec.get("DeletionPolicy") != "Retain" and key not in retain
    ]
    reasons = {}
    progress = True
    while left and progress:
        progress = False
        for key in reversed(list(left)):
            resource = resources._parsed_resources[key]
            try:
                if resource is not None and not isinstance(resource, str):
                    resources._delete_resource(resource, resources._resource_json_map[key])
            except Exception as problem:  # noqa: BLE001 - every refusal of a service is a reason
                reasons[key] = str(problem)
                continue
            left.remove(key)
            reasons.pop(key, None)
            stack.gone[key] = resources._parsed_resources.pop(key)
            resources.deleted_ids.add(key)
            progress = True
    for key in retain:
        if key in resources._parsed_resources:
            stack.gone[key] = resources._parsed_resources.pop(key)
            resources.deleted_ids.add(key)
    return {} if force else reasons


def finish(backend, stack, options):
    """Carries the deletion out."""
    resources = stack.resource_map
    resources.deleted_ids = getattr(resources, "deleted_ids", set())
    exports = [export.name for export in stack.exports]
    reasons = delete_resources(stack, options.get("retain") or [], options.get("force"))
    stack.failures = reasons
    if reasons:
        text = f"The following resource(s) failed to delete: [{', '.join(reasons)}]. "
        stack.status = "DELETE_FAILED"
        stack.stack_status_reason = text
        stack._add_stack_event("DELETE_FAILED", resource_status_reason=text)
        return
    stack._add_stack_event("DELETE_COMPLETE")
    stack.status = "DELETE_COMPLETE"
    stack.stack_status_reason = None
    # Retained resources are shown as skipped, never created anew by a later look at the stack.
    for key in list(resources._resource_json_map):
        if key in resources._parsed_resources:
            stack.gone[key] = resources._parsed_resources[key]
        resources.deleted_ids.add(key)
    for name in exports:
        backend.exports.pop(name, None)
    backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)


@rules_for("cloudformation")
def deletion(settings):
    """`DeleteStack` with all its conditions."""
    from moto.cloudformation.models import CloudFormationBackend
    from moto.cloudformation.parsing import ResourceMap
    from moto.cloudformation.responses import CloudFormationResponse

    @around(CloudFormationBackend, "delete_stack")
    def _delete(_original, self, name_or_stack_id):
        options = getattr(self, "delete_options", None) or {}
        stack = find(self, name_or_stack_id)
        # Deleting what is gone, or going, is no error.
        if stack is None or stack.status == "DELETE_IN_PROGRESS":
            return
        if settings.stack_is_busy(stack.stack_id, stack.name, looked=False):
            raise validation(f"Stack:{stack.stack_id} is in UPDATE_IN_PROGRESS state and can not be deleted.")
        check(self, stack, options)
        stack._add_stack_event("DELETE_IN_PROGRESS", resource_status_reason="User Initiated")
        if settings.stack_delete_polls:
            stack.status = "DELETE_IN_PROGRESS"
            stack.polls = (settings.stack_delete_polls, options)
        else:
            finish(self, stack, options)

    def advance(self, *_args, **_kwargs):
        for stack in list(self.stacks.values()):
            if stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS"):
                busy = settings.stack_is_busy(stack.stack_id, stack.name, looked=True)
                if busy or stack.status == "UPDATE_IN_PROGRESS":
                    stack.status = "UPDATE_IN_PROGRESS" if busy else "UPDATE_COMPLETE"
            if stack.status == "DELETE_IN_PROGRESS":
                polls, options = stack.polls
                if polls <= 0:
                    finish(self, stack, options)
                else:
                    stack.polls = (polls - 1, options)

    for name in ("describe_stacks", "list_stacks"):

        @around(CloudFormationBackend, name)
        def _look(original, self, *args, **kwargs):
            advance(self)
            return original(self, *args, **kwargs)

    @around(CloudFormationResponse, "delete_stack")
    def _options(original, self):
        retain = self._get_param("RetainResources") or []
        self.cloudformation_backend.delete_options = {
            "retain": list(retain),
            "role": self._get_param("RoleARN"),
            "force": self._get_param("DeletionMode") == "FORCE_DELETE_STACK",
        }
        try:
            return original(self)
        finally:
            self.cloudformation_backend.delete_options = None

    # A look at a deleted resource would create it again: the map is lazy.
    @around(ResourceMap, "__getitem__")
    def _get(original, self, key):
        if key in getattr(self, "deleted_ids", ()) and key not in self._parsed_resources:
            raise KeyError(key)
        return original(self, key)


@rules_for("cloudformation")
def descriptions(_settings):
    """Stack resources tell their own state, also after a deletion."""
    from moto.cloudformation import responses
    from moto.cloudformation.models import Stack
    from moto.core.responses import ActionResult

    def state(stack, logical_id):
        failures = getattr(stack, "failures", {})
        if logical_id in failures:
            return "DELETE_FAILED", failures[logical_id]
        gone = getattr(stack, "gone", {})
        if logical_id in gone:
            spec = stack.resource_map._resource_json_map.get(logical_id, {})
            return ("DELETE_SKIPPED" if spec.get("DeletionPolicy") == "Retain" else "DELETE_COMPLETE"), None
        status = stack.status
        return ("UPDATE_COMPLETE" if status.startswith("UPDATE") else "CREATE_COMPLETE"), None

    def stack_resources(self):
        deleted = getattr(self.resource_map, "deleted_ids", set())
        live = [self.resource_map[key] for key in self.resource_map.resources if key not in deleted]
        return [r for r in (*live, *getattr(self, "gone", {}).values()) if r is not None]

    Stack.stack_resources = property(stack_resources)

    @after(responses.StackResourceDTO, "__init__")
    def _dto(self, _result, stack, resource):
        self.resource_status, self.resource_status_reason = state(stack, self.logical_resource_id)

    def list_stack_resources(self):
        stack, resources = self.cloudformation_backend.list_stack_resources(self._get_param("StackName"))
        summaries = []
        for resource in resources:
            logical_id = getattr(resource, "logical_resource_id", "")
            status, reason = state(stack, logical_id)
            summaries.append(
                {
                    "ResourceStatus": status,
                    "ResourceStatusReason": reason,
                    "LogicalResourceId": logical_id,
                    "LastUpdatedTimestamp": stack.creation_time,
                    "PhysicalResourceId": getattr(resource, "physical_resource_id", ""),
                    "ResourceType": getattr(resource, "cf_resource_type", ""),
                }
            )
        # Pages of 100 as on AWS; moto knows one page.
        start = int(self._get_param("NextToken") or 0)
        following = str(start + 100) if len(summaries) > start + 100 else None
        return ActionResult(
            {"StackResourceSummaries": summaries[start : start + 100], "NextToken": following}
        )

    responses.CloudFormationResponse.list_stack_resources = list_stack_resources

    def list_imports(self):
        export = self._get_param("ExportName")
        backend = self.cloudformation_backend
        names = [stack.name for stack in importers(backend, export)]
        if not names:
            raise validation(f"Export '{export}' is not imported by any stack.")
        return ActionResult({"Imports": names})

    responses.CloudFormationResponse.list_imports = list_imports

    def update_termination_protection(self):
        name = self._get_param("StackName")
        stack = find(self.cloudformation_backend, name)
        if stack is None:
            raise validation(f"Stack [{name}] does not exist")
        stack.enable_termination_protection = bool(self._get_param("EnableTerminationProtection"))
        return ActionResult({"StackId": stack.stack_id})

    responses.CloudFormationResponse.update_termination_protection = update_termination_protection


@rules_for("cloudformation")
def stack_roles(_settings):
    """A stack removes the policies its template gave a role, and no others."""
    from moto.iam.models import Role, iam_backends
    from moto.utilities.utils import get_partition

    create = Role.create_from_cloudformation_json

    def created(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        role = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        # moto keeps documents of templates as they are, and then can't write them into an answer.
        if not isinstance(role.assume_role_policy_document, str):
            role.assume_role_policy_document = json.dumps(role.assume_role_policy_document)
        for name, document in role.policies.items():
            if not isinstance(document, str):
                role.policies[name] = json.dumps(document)
        role.stack_managed = set(role.managed_policies)
        role.stack_inline = set(role.policies)
        return role

    def deleted(cls, resource_name, cloudformation_json, account_id, region_name):
        backend = iam_backends[account_id][get_partition(region_name)]
        role = next((r for r in backend.roles.values() if r.name == resource_name), None)
        if role is None:
            return
        for arn in getattr(role, "stack_managed", set()) & set(role.managed_policies):
            role.managed_policies[arn].detach_from(role)
        for name in getattr(role, "stack_inline", set()) & set(role.policies):
            role.delete_policy(name)
        for policy in backend.inline_policies.values():
            policy.role_names = [n for n in policy.role_names if n != resource_name]
        backend.delete_role(resource_name)

    Role.create_from_cloudformation_json = classmethod(created)
    Role.delete_from_cloudformation_json = classmethod(deleted)
