"""IAM, Cognito and KMS."""

from ..refusal import Refused, before
from .registry import rules_for

PROTECTED_PATHS = ("/aws-service-role/", "/aws-reserved/")


def conflict(message):
    """IAM's word for "something still needs it"."""
    return Refused("DeleteConflict", message, 409)


def protected(role):
    """Refuses what only AWS may do to its own roles."""
    if role.path.startswith(PROTECTED_PATHS):
        raise Refused(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS",
        )


@rules_for("iam")
def roles(_settings):
    """Roles that belong to AWS can't be touched."""
    from moto.iam.models import IAMBackend

    @before(IAMBackend, "delete_role")
    def _delete(self, role_name):
        if not getattr(self, "deleting_linked", False):
            protected(self.get_role(role_name))

    @before(IAMBackend, "detach_role_policy")
    def _detach(self, policy_arn, role_name):
        protected(self.get_role(role_name))

    @before(IAMBackend, "delete_role_policy")
    def _inline(self, role_name, policy_name):
        protected(self.get_role(role_name))

    original = IAMBackend.delete_service_linked_role

    def linked(self, role_name):
        role = self.get_role(role_name)
        if not role.path.startswith("/aws-service-role/"):
            raise Refused("InvalidInput", f"{role_name} is not a service-linked role")
        self.deleting_linked = True
        try:
            # A service-linked role takes its policies along.
            for policy in list(role.managed_policies.values()):
                policy.detach_from(role)
            role.policies.clear()
            return original(self, role_name)
        finally:
            self.deleting_linked = False

    IAMBackend.delete_service_linked_role = linked


@rules_for("iam")
def users(_settings):
    """A user goes after all its parts, in the words of AWS."""
    from moto.iam.models import IAMBackend

    @before(IAMBackend, "delete_user")
    def _user(self, user_name):
        user = self.get_user(user_name)
        parts = [
            (user.access_keys, "must delete access keys first"),
            (user.mfa_devices, "must delete MFA device first"),
            (getattr(user, "password", None), "must delete login profile first"),
            (user.ssh_public_keys, "must delete SSH public keys first"),
            (user.signing_certificates, "must delete signing certificates first"),
            ([g for g in self.groups.values() if user in g.users], "must remove users from group first"),
        ]
        for part, message in parts:
            if part:
                raise conflict(f"Cannot delete entity, {message}.")

    @before(IAMBackend, "delete_group")
    def _group(self, group_name):
        group = self.get_group(group_name)
        if group.users:
            raise conflict("Cannot delete entity, must remove users from group first.")
        if group.policies or group.managed_policies:
            raise conflict("Cannot delete entity, must delete policies first.")

    @before(IAMBackend, "delete_virtual_mfa_device")
    def _mfa(self, serial_number):
        device = self.virtual_mfa_devices.get(serial_number)
        if device is not None and device.enable_date:
            raise conflict("MFA VirtualDevice in use. Must deactivate first.")


@rules_for("iam")
def policies(_settings):
    """A managed policy goes when nobody has it and only the default version is left."""
    from moto.iam.models import IAMBackend

    @before(IAMBackend, "delete_policy")
    def _policy(self, policy_arn):
        policy = self.get_policy(policy_arn)
        if policy_arn.split(":")[4] == "aws":
            raise Refused("AccessDenied", f"User is not authorized to perform: iam:DeletePolicy on {policy_arn}", 403)
        bound = [
            holder
            for holder in (*self.roles.values(), *self.users.values())
            if getattr(holder, "permissions_boundary_arn", None) == policy_arn
        ]
        if policy.attachment_count or bound:
            raise conflict("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise conflict(
                "This policy has more than one version. Before you delete a policy, "
                "you must delete the policy's versions. The default version is deleted with the policy."
            )


@rules_for("cognitoidp")
def user_pools(_settings):
    """A user pool goes after its domain, and not while protected."""
    from moto.cognitoidp.models import CognitoIdpBackend

    @before(CognitoIdpBackend, "delete_user_pool")
    def _pool(self, user_pool_id):
        pool = self.describe_user_pool(user_pool_id)
        if any(d.user_pool_id == user_pool_id for d in self.user_pool_domains.values()):
            raise Refused(
                "InvalidParameterException",
                "User pool cannot be deleted. It has a domain configured that should be deleted first.",
            )
        if (pool.extended_config or {}).get("DeletionProtection") == "ACTIVE":
            raise Refused(
                "InvalidParameterException",
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first.",
            )


@rules_for("kms")
def keys(_settings):
    """A key waits 7 to 30 days, once; keys of AWS stay."""
    from moto.kms.models import KmsBackend

    @before(KmsBackend, "schedule_key_deletion")
    def _schedule(self, key_id, pending_window_in_days):
        key = self.keys.get(key_id)
        if key is None:
            return
        if key.key_manager == "AWS":
            raise Refused("AccessDeniedException", "User is not authorized to perform: kms:ScheduleKeyDeletion")
        if not 7 <= int(pending_window_in_days or 30) <= 30:
            raise Refused("ValidationException", "PendingWindowInDays must be between 7 and 30 (inclusive)")
        if key.key_state == "PendingDeletion":
            raise Refused("KMSInvalidStateException", f"{key.arn} is pending deletion.")

    @before(KmsBackend, "delete_alias")
    def _alias(self, alias_name):
        if alias_name.startswith("alias/aws/"):
            raise Refused("NotAuthorizedException", f"Alias {alias_name} is reserved")
        if not any(alias_name in key.aliases for key in self.keys.values()):
            raise Refused("NotFoundException", f"Alias {alias_name} is not found.")

