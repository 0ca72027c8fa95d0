//! What a run tells of its plan and of its findings: enough to make the report, and the plan, from the events alone.

use super::Run;
use crate::event::{EventKind, ItemRef};
use crate::plan::{Entry, Plan};
use crate::report::ListReport;
use crate::resource::ResourceKey;

impl Run<'_> {
    /// Tells a plan, and whether it is to be followed to the letter.
    pub(super) fn say_plan(&mut self, plan: &Plan, exact: bool) {
        for (entry, aside) in plan.entries_and_asides() {
            self.say_found(entry, aside);
        }
        let delete = plan.items();
        let graph = plan.graph(&plan.relations(self.registry()), self.registry());
        let item = |node: &u32| ItemRef::from(&*plan.entries[delete[*node as usize] as usize].resource);
        self.recorder.emit(EventKind::Planned {
            created_at: plan.created_at,
            exact,
            delete: delete.len(),
            empty: plan.to_empty().len(),
            keep: plan
                .of_the_run()
                .filter(|entry| !(entry.verdict.deletes() || entry.verdict.empties()))
                .count(),
            cycles: graph.cycles.iter().map(|circle| circle.iter().map(item).collect()).collect(),
        });
    }

    /// Tells what was found and decided; `aside` if the run is not about it.
    pub(super) fn say_found(&mut self, entry: &Entry, aside: bool) {
        self.recorder.emit(EventKind::Found {
            resource: entry.resource.clone(),
            verdict: entry.verdict.clone(),
            stack: entry.stack.clone(),
            aside,
        });
    }

    /// Tells how a listing ended, where that is not what the scan said.
    pub(super) fn say_listed(&mut self, list: &ListReport) {
        self.recorder.emit(EventKind::ListFinished {
            type_name: list.type_name.as_str().into(),
            region: list.region.as_str().into(),
            status: list.status,
            found: list.found,
            error: list.error.clone(),
        });
    }

    /// Tells how items ended that the report sees otherwise than what was said of them.
    pub(super) fn say_corrected(&mut self, keys: &[ResourceKey]) {
        for key in keys {
            let Some(result) = self.report.result_of(key) else { continue };
            let Some(entry) = self.report.entry_of(key) else { continue };
            self.recorder.emit(EventKind::ItemCorrected {
                item: ItemRef::from(&*entry.resource),
                outcome: result.outcome,
                error: result.error.clone(),
            });
        }
    }
}
