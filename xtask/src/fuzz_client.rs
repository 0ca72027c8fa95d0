//! `cargo xtask fuzz-client`: the dynamic client against botocore.

use std::env;

use cleaner_tests::{cli, tree};

use crate::{models, python};

/// Compares requests, responses, endpoints and signatures of the dynamic client with botocore's.
#[derive(Debug, clap::Args)]
pub(crate) struct FuzzClient {
    /// Where the random values start.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many values for each operation.
    #[arg(long, default_value_t = 2)]
    rounds: u32,
    /// Every operation of every service, instead of those that are packed.
    #[arg(long, conflicts_with = "golden")]
    all: bool,
    /// Write verified cases to `aws-dynamic/tests/golden`, for the tests that need no Python.
    #[arg(long)]
    golden: bool,
    /// Only these services.
    services: Vec<String>,
}

impl FuzzClient {
    pub(crate) fn run(&self) -> Result<(), String> {
        // All packages, as in the other builds: nothing is compiled a second time with other features.
        let built = cli::cargo()
            .args(["build", "--quiet", "--workspace", "--example", "codec"])
            .status()
            .map_err(|error| format!("failed to run cargo: {error}"))?;
        if !built.success() {
            return Err("the example codec does not build".to_owned());
        }
        let codec = tree::target().join("debug/examples").join(format!("codec{}", env::consts::EXE_SUFFIX));
        let mut arguments = vec!["--codec".into(), codec.into()];
        for (name, value) in [("--seed", self.seed), ("--rounds", self.rounds.into())] {
            arguments.extend([name.into(), value.to_string().into()]);
        }
        if self.all {
            let folder = tree::target().join("models-all");
            models::write_all(&folder)?;
            arguments.extend(["--bundle".into(), folder.join("bundle.bin").into()]);
        }
        if self.golden {
            arguments.extend(["--golden".into(), tree::root().join("aws-dynamic/tests/golden").into()]);
        }
        arguments.extend(self.services.iter().map(Into::into));
        python::run("fuzz_client.py", &arguments)
    }
}
