use cleaner_core::plan::{StackChoice, StackName};

/// The stacks that a run is about.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct StackArgs {
    /// Delete only this stack, all it owns and what it leaves behind; its name or its ARN (repeat)
    #[arg(long = "stack", value_name = "NAME")]
    stacks: Vec<StackName>,
}

impl StackArgs {
    /// The choice.
    pub(crate) fn choice(&self) -> StackChoice {
        self.stacks.iter().cloned().collect()
    }
}
