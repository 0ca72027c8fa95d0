"""API Gateway, CloudFront, WAF, certificates."""

from ..refusal import Refused, around, before
from .registry import rules_for


@rules_for("apigateway")
def api_gateway(_settings):
    """Usage plans go without stages, APIs without base paths."""
    from moto.apigateway.models import APIGatewayBackend

    @before(APIGatewayBackend, "delete_usage_plan")
    def _plan(self, usage_plan_id):
        plan = self.usage_plans.get(usage_plan_id)
        if plan is not None and plan.api_stages:
            raise Refused(
                "BadRequestException",
                f"Cannot delete Usage Plan {usage_plan_id} because there are API Stages associated with it",
            )

    @before(APIGatewayBackend, "delete_rest_api")
    def _api(self, function_id):
        if function_id not in self.apis:
            raise Refused("NotFoundException", "Invalid API identifier specified", 404)
        for mappings in self.base_path_mappings.values():
            if any(mapping.rest_api_id == function_id for mapping in mappings.values()):
                raise Refused(
                    "BadRequestException",
                    "Deleting RestAPI failed. Please remove all base path mappings related to the RestAPI in your domains",
                )


@rules_for("cloudfront")
def distributions(_settings):
    """A distribution goes disabled and deployed, with its current ETag."""
    from moto.cloudfront.models import CloudFrontBackend, random_id

    def etag_of(distribution, if_match):
        if if_match and if_match != distribution.etag:
            raise Refused(
                "PreconditionFailed",
                "The request failed because it didn't meet the preconditions in one or more request-header fields",
                412,
            )

    @before(CloudFrontBackend, "delete_distribution")
    def _delete(self, distribution_id, if_match):
        distribution = self.distributions.get(distribution_id)
        if distribution is None:
            return
        etag_of(distribution, if_match)
        enabled = distribution.distribution_config.__dict__.get("Enabled", distribution.distribution_config.__dict__.get("enabled"))
        if str(enabled).lower() == "true":
            raise Refused(
                "DistributionNotDisabled",
                "The distribution you are trying to delete has not been disabled.",
                409,
            )

    @around(CloudFrontBackend, "update_distribution")
    def _update(original, self, dist_config, _id, if_match):
        distribution = self.distributions.get(_id)
        if distribution is not None:
            etag_of(distribution, if_match)
        updated, location, _ = original(self, dist_config, _id, if_match)
        updated.etag = random_id()
        return updated, location, updated.etag


@rules_for("wafv2")
def web_acls(_settings):
    """ACLs go unassociated, sets and rule groups when no ACL cites them."""
    import json

    from moto.wafv2.models import WAFV2Backend

    def associated(message):
        return Refused("WAFAssociatedItemException", message)

    def cited(self, arn):
        holders = [*self.wacls.values(), *getattr(self, "rule_groups", {}).values()]
        return any(arn in json.dumps(holder.rules, default=vars) for holder in holders if holder.arn != arn)

    @before(WAFV2Backend, "delete_web_acl")
    def _acl(self, name, scope, _id, lock_token):
        acl = next((a for a in self.wacls.values() if a.id == _id), None)
        if acl is not None and acl.associated_resources:
            raise associated("AWS WAF couldn't perform the operation because your resource is being used by another resource")

    for method, registry in (
        ("delete_ip_set", "ip_sets"),
        ("delete_regex_pattern_set", "regex_pattern_sets"),
        ("delete_rule_group", "rule_groups"),
    ):

        @around(WAFV2Backend, method)
        def _set(original, self, *args, registry=registry, **kwargs):
            # By position or by name: moto's responses do both, and call the id `id` or `_id`.
            wanted = kwargs.get("id") or kwargs.get("_id") or args[2]
            item = next((i for i in getattr(self, registry).values() if wanted in (getattr(i, "id", None), getattr(i, "ip_set_id", None))), None)
            if item is not None and cited(self, item.arn):
                raise associated("AWS WAF couldn't perform the operation because your resource is being used by another resource")
            return original(self, *args, **kwargs)


@rules_for("acm")
def certificates(_settings):
    """A certificate goes when nobody uses it."""
    from moto.acm.models import AWSCertificateManagerBackend

    @before(AWSCertificateManagerBackend, "delete_certificate")
    def _delete(self, arn):
        certificate = self._certificates.get(arn)
        if certificate is not None and certificate.in_use_by:
            raise Refused("ResourceInUseException", f"Certificate {arn} is in use.")
