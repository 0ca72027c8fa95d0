use cleaner_pool::{Claim, Holder, Wait};

use crate::args::ClaimArgs;

/// Who this is, for people who look at the pool: user and machine.
pub(super) fn owner() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "somebody".to_owned());
    let machine = variable("HOSTNAME").or_else(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    });
    match machine {
        Some(machine) => format!("{user}@{machine}:{}", std::process::id()),
        None => format!("{user}:{}", std::process::id()),
    }
}

/// What the options ask for.
pub(super) fn claim(args: &ClaimArgs) -> (Claim, Wait) {
    let holder = Holder { owner: args.owner.clone().unwrap_or_else(owner), test: args.test.clone() };
    let claim = Claim { holder, account: args.account.clone(), lease: args.lease };
    (claim, args.wait.map_or(Wait::No, Wait::AtMost))
}
