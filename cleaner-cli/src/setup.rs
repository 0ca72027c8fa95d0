use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_dynamic::{AssumeRole, Session, SessionOptions, Timeouts};
use cleaner_core::account::{AccountId, Identity};
use cleaner_core::baseline::Baseline;
use cleaner_core::config::{Config, ConfigFile, Flags, Sources};
use cleaner_core::handler::Registry;
use cleaner_core::lane::Quotas;
use cleaner_core::plan::StackChoice;
use cleaner_core::report::ApiStats;
use cleaner_core::restore::Restore;
use cleaner_core::run::{Cleaner, Options, RegionChoice, RunError, Task, TypeChoice};

use crate::args::Globals;
use crate::failure::Failure;
use crate::registry::registry;
use crate::variables;

/// The file that is read if none is named.
const DEFAULT_FILE: &str = "aws-cleaner.yaml";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a command works with: the types and the configuration.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The types.
    pub(crate) registry: Arc<Registry>,
    /// The configuration.
    pub(crate) config: Config,
    /// What the account held before, if that was read.
    baseline: Option<Arc<Baseline>>,
}

/// What a command asks of its run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// The account that is meant.
    pub(crate) account: Option<AccountId>,
    /// What the run is for.
    pub(crate) task: Task,
    /// Whether creation dates are read of everything.
    pub(crate) details: bool,
    /// The stacks that the run is about; none: it is about everything.
    pub(crate) stacks: StackChoice,
    /// How many looks in a row must find the account clean at least.
    pub(crate) verify_passes: u32,
    /// Whether all tags are read of everything.
    pub(crate) all_tags: bool,
    /// What is made again after a clear.
    pub(crate) restore: BTreeSet<Restore>,
    /// How long the run may take at most, if that is not what the configuration says.
    pub(crate) deadline: Option<Duration>,
}

/// The tool and its version, as reports name it.
pub(crate) fn tool() -> String {
    format!("aws-cleaner {VERSION}")
}

/// The configuration file: the one that is named, or the one that lies here.
///
/// # Errors
/// It is named and cannot be read.
pub(crate) fn config_file(named: Option<&Path>) -> Result<Option<ConfigFile>, Failure> {
    let path = named.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_owned);
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(ConfigFile { name, text })),
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => Ok(None),
        Err(error) => Err(Failure::usage(format!("the configuration {name} cannot be read: {error}."))),
    }
}

/// The variables of the environment that belong to this tool.
pub(crate) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with("AWS_CLEANER_"))
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect()
}

impl Setup {
    /// Reads catalogs and configuration; makes no call.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn load(globals: &Globals, set: impl FnOnce(&mut Flags)) -> Result<Self, Failure> {
        let registry = registry(&globals.catalogs)?;
        let mut flags = globals.flags();
        set(&mut flags);
        let sources = Sources {
            file: config_file(globals.config.as_deref())?,
            environment: environment(),
            own_variables: variables::POOL,
            flags,
        };
        let config = Config::load(&sources, &registry)
            .map_err(|problems| Failure::problems(&problems, "the configuration"))?;
        Ok(Self { registry: Arc::new(registry), config, baseline: None })
    }

    /// Reads catalogs, configuration, and the baseline that it names; makes no call. For all that decides about resources.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn load_with_baseline(
        globals: &Globals,
        set: impl FnOnce(&mut Flags),
    ) -> Result<Self, Failure> {
        let mut setup = Self::load(globals, set)?;
        if let Some(file) = &setup.config.baseline {
            let text = fs::read_to_string(file)
                .map_err(|error| Failure::usage(format!("the baseline {file} cannot be read: {error}.")))?;
            let baseline = Baseline::parse(&text, &setup.registry)
                .map_err(|error| Failure::usage(error.in_file(file)))?;
            setup.baseline = Some(Arc::new(baseline));
        }
        Ok(setup)
    }

    /// The endpoint that stands for AWS, if there is one, for messages.
    pub(crate) fn endpoint(&self) -> Option<String> {
        let variable = |name| std::env::var(name).ok().filter(|url| !url.is_empty());
        let configured = self.config.endpoint_url.clone();
        configured.or_else(|| variable("AWS_ENDPOINT_URL_STS")).or_else(|| variable("AWS_ENDPOINT_URL"))
    }

    /// The role that the configuration says to assume.
    pub(crate) fn configured_role(&self) -> Option<AssumeRole> {
        self.config.assume_role.clone().map(|role| AssumeRole {
            role_arn: role.arn,
            external_id: role.external_id,
            session_name: role.session_name,
        })
    }

    /// Finds credentials, and assumes a role with them if there is one.
    ///
    /// # Errors
    /// An option cannot be used. Credentials are only asked for by the first call.
    pub(crate) async fn session(
        &self,
        role: Option<AssumeRole>,
        stats: Arc<ApiStats>,
    ) -> Result<Session, RunError> {
        let config = &self.config;
        Session::load(SessionOptions {
            profile: config.profile.clone(),
            endpoint_url: config.endpoint_url.clone(),
            assume_role: role,
            app_version: VERSION,
            timeouts: Timeouts {
                read: config.call_timeout,
                attempt: config.call_timeout,
                ..Timeouts::default()
            },
            observer: Some(stats),
            ..SessionOptions::default()
        })
        .await
        .map_err(|error| RunError::Usage(vec![format!("{}.", error.message())]))
    }

    /// Finds credentials, and the configuration of the account they open.
    ///
    /// # Errors
    /// What is in the way.
    pub(crate) async fn connect(&self, wish: Wish, stats: Arc<ApiStats>) -> Result<Cleaner, RunError> {
        self.connect_as(self.configured_role(), wish, stats).await
    }

    /// Finds credentials, assumes a role with them, and finds the configuration of the account that it opens.
    ///
    /// # Errors
    /// What is in the way.
    pub(crate) async fn connect_as(
        &self,
        role: Option<AssumeRole>,
        wish: Wish,
        stats: Arc<ApiStats>,
    ) -> Result<Cleaner, RunError> {
        let config = &self.config;
        let session = self.session(role, stats.clone()).await?;
        let home_region = session.region().unwrap_or("us-east-1").to_owned();
        let account = match &wish.account {
            Some(account) => Some(account.clone()),
            // What the file says of single accounts holds only once the account is known.
            None if config.has_account_blocks() => Some(Identity::ask(&session, &home_region).await?.account),
            None => None,
        };
        let options = match account {
            Some(account) => self.options(&config.for_account(&account), wish, home_region)?,
            None => self.options(config, wish, home_region)?,
        };
        let quotas = match options.quotas {
            Quotas::Aws if self.auto_quotas() && session.endpoint_overridden("sts") => Quotas::Adaptive,
            quotas => quotas,
        };
        Ok(Cleaner::new(session, self.registry.clone(), Options { quotas, ..options }, stats))
    }

    fn auto_quotas(&self) -> bool {
        self.config.quotas == cleaner_core::config::QuotaChoice::Auto
    }

    /// The limits of a run, as the configuration has them.
    ///
    /// # Errors
    /// No type is chosen.
    pub(crate) fn options(
        &self,
        config: &Config,
        wish: Wish,
        home_region: String,
    ) -> Result<Options, RunError> {
        let specs =
            || self.registry.specs().filter(|spec| config.selects_type(spec.name.as_str(), spec.default));
        let types: Vec<String> = specs().map(|spec| spec.name.as_str().to_owned()).collect();
        if types.is_empty() {
            // An empty choice would mean every type.
            return Err(RunError::Usage(vec!["no resource type is selected.".to_owned()]));
        }
        let excluded = self.registry.specs().filter(|spec| config.excludes_type(spec.name.as_str()));
        let exclude = excluded.map(|spec| spec.name.as_str().to_owned()).collect();
        let names = |regions: &mut dyn Iterator<Item = &cleaner_core::resource::Region>| {
            regions.map(|region| region.as_str().to_owned()).collect()
        };
        Ok(Options {
            tool: tool(),
            task: wish.task,
            guard: config.guard(wish.account),
            regions: RegionChoice {
                include: names(&mut config.regions.iter()),
                exclude: names(&mut config.exclude_regions.iter()),
            },
            types: TypeChoice { include: types, exclude },
            stacks: wish.stacks,
            filters: Arc::new(config.filters.clone()),
            reset_data: Arc::new(config.reset_data.clone()),
            settings: config
                .settings
                .keys()
                .map(|name| (name.clone(), Arc::new(config.switches(name.as_str()))))
                .collect::<HashMap<_, _>>(),
            lifted: config.lifted_protections.clone(),
            deadline: wish.deadline.or(config.deadline),
            patience: config.patience,
            verify_passes: config.verify_passes.max(wish.verify_passes),
            coverage: config.coverage,
            max_deletions: config.max_deletions,
            quotas: config.start_quotas(),
            home_region,
            details: wish.details,
            all_tags: wish.all_tags,
            baseline: self.baseline.clone(),
            strict_baseline: config.strict_baseline,
            restore: wish.restore,
        })
    }
}
