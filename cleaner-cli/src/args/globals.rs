use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};
use cleaner_core::config::Flags;

/// The options every command takes, before and after its name.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Read the configuration from this file instead of ./aws-cleaner.yaml
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Take credentials from this profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Send all calls to this endpoint, such as an emulator, instead of AWS
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Assume this role with the credentials that are found
    #[arg(long, value_name = "ARN")]
    pub(crate) assume_role_arn: Option<String>,
    /// Give the external id that the role's trust policy asks for
    #[arg(long, value_name = "ID")]
    pub(crate) external_id: Option<String>,
    /// Give up on a single call after this time, and make it again, a few times
    #[arg(long, value_name = "DURATION")]
    pub(crate) call_timeout: Option<String>,
    /// Look at this region only; `global` is one, `all` means every one (repeat, or separate by commas)
    #[arg(long = "region", value_name = "REGION", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
    /// Leave this region alone (repeat, or separate by commas)
    #[arg(long = "exclude-region", value_name = "REGION", value_delimiter = ',')]
    pub(crate) exclude_regions: Vec<String>,
    /// Delete only types whose name or alias matches (repeat, or separate by commas)
    #[arg(long = "type", value_name = "GLOB", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    /// Leave types alone whose name or alias matches (repeat, or separate by commas)
    #[arg(long = "exclude-type", value_name = "GLOB", value_delimiter = ',')]
    pub(crate) exclude_types: Vec<String>,
    /// Add resource types from this file, or replace those of the same name (repeat)
    #[arg(long = "catalog", value_name = "FILE")]
    pub(crate) catalogs: Vec<PathBuf>,
    /// Print data as text for people or as JSON for programs [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Use colors: when the output is a terminal, always, or never [default: auto]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) color: Option<ColorChoice>,
    /// Say more (repeat for still more)
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say less (repeat for nothing but the result)
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) quiet: u8,
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and sentences.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// When colors are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// When the output is a terminal and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Globals {
    /// Adds what was typed further right. What repeats adds up: an exclusion before the command is never lost.
    ///
    /// # Errors
    /// The option that was given on both sides and can only be given once.
    pub(super) fn merge(&mut self, right: Self) -> Result<(), &'static str> {
        fn once<T>(left: &mut Option<T>, right: Option<T>, option: &'static str) -> Result<(), &'static str> {
            if left.is_some() && right.is_some() {
                return Err(option);
            }
            *left = left.take().or(right);
            Ok(())
        }
        once(&mut self.config, right.config, "--config")?;
        once(&mut self.profile, right.profile, "--profile")?;
        once(&mut self.endpoint_url, right.endpoint_url, "--endpoint-url")?;
        once(&mut self.assume_role_arn, right.assume_role_arn, "--assume-role-arn")?;
        once(&mut self.external_id, right.external_id, "--external-id")?;
        once(&mut self.call_timeout, right.call_timeout, "--call-timeout")?;
        once(&mut self.format, right.format, "--format")?;
        once(&mut self.color, right.color, "--color")?;
        self.regions.extend(right.regions);
        self.exclude_regions.extend(right.exclude_regions);
        self.types.extend(right.types);
        self.exclude_types.extend(right.exclude_types);
        self.catalogs.extend(right.catalogs);
        self.verbose = self.verbose.saturating_add(right.verbose);
        self.quiet = self.quiet.saturating_add(right.quiet);
        Ok(())
    }

    /// How much to say: 0 is normal, more is more.
    pub(crate) fn verbosity(&self) -> i16 {
        i16::from(self.verbose) - i16::from(self.quiet)
    }

    /// The layer of the configuration that these options are.
    pub(crate) fn flags(&self) -> Flags {
        let mut flags = Flags::default();
        flags.regions.clone_from(&self.regions);
        flags.exclude_regions.clone_from(&self.exclude_regions);
        flags.types.clone_from(&self.types);
        flags.exclude_types.clone_from(&self.exclude_types);
        flags.set("profile", "--profile", self.profile.as_deref());
        flags.set("endpoint_url", "--endpoint-url", self.endpoint_url.as_deref());
        flags.set("assume_role.arn", "--assume-role-arn", self.assume_role_arn.as_deref());
        flags.set("call_timeout", "--call-timeout", self.call_timeout.as_deref());
        flags.set("assume_role.external_id", "--external-id", self.external_id.as_deref());
        flags
    }
}
