//! What every run asks first, and an empty answer to everything else.

use crate::message::{Answer, Request, parameter};
use crate::serve::World;

const ACCOUNT: &str = "123456789012";

pub(crate) fn answer(request: &Request, world: &World) -> Answer {
    if let Some((_, operation)) = request.target.rsplit_once('.') {
        return json(operation);
    }
    let form = String::from_utf8_lossy(&request.body);
    match parameter(&form, "Action") {
        Some(action) => query(&action, world),
        None => Answer::json("{}"),
    }
}

fn json(operation: &str) -> Answer {
    match operation {
        "DescribeOrganization" => Answer::json(
            r#"{"__type":"AWSOrganizationsNotInUseException","message":"Your account is not a member of an organization."}"#,
        )
        .with(400),
        "GetResources" => Answer::json(r#"{"PaginationToken":"","ResourceTagMappingList":[]}"#),
        _ => Answer::json("{}"),
    }
}

fn query(action: &str, world: &World) -> Answer {
    match action {
        "GetCallerIdentity" => Answer::xml(format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::{ACCOUNT}:role/bench</Arn><UserId>AROABENCH:bench</UserId><Account>{ACCOUNT}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        )),
        "DescribeRegions" => {
            let mut regions = vec!["us-east-1"];
            regions.extend(world.logs.regions().filter(|region| *region != "us-east-1"));
            let items: String = regions
                .iter()
                .map(|region| {
                    format!(
                        "<item><regionName>{region}</regionName><regionEndpoint>ec2.{region}.amazonaws.com</regionEndpoint>\
                         <optInStatus>opt-in-not-required</optInStatus></item>"
                    )
                })
                .collect();
            Answer::xml(format!(
                "<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><regionInfo>{items}</regionInfo>\
                 </DescribeRegionsResponse>"
            ))
        }
        _ => Answer::xml(format!("<{action}Response><{action}Result></{action}Result></{action}Response>")),
    }
}
