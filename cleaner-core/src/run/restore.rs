use super::{Run, RunError};
use crate::error::ErrorKind;
use crate::event::EventKind;
use crate::lane::Purpose;
use crate::resource::{Region, TypeName};
use crate::restore::{Restore, Restored};

impl Run<'_> {
    /// Makes again what is to be there and is not, in each region of the run. What is there stays as it is.
    ///
    /// # Errors
    /// Credentials, or a run that was stopped. What else is in the way is reported.
    pub(super) async fn restore(&mut self) -> Result<(), RunError> {
        let wanted: Vec<(Restore, Region)> = self
            .options()
            .restore
            .iter()
            .flat_map(|what| self.regions.iter().map(|region| (*what, region.clone())))
            .filter(|(_, region)| !region.is_global())
            .collect();
        let access = &self.access;
        let work = wanted.into_iter().map(|(what, region)| async move {
            let context = access.context(&TypeName::from(""), &region, Purpose::Delete);
            let made = what.make(&context).await;
            (what, region, made)
        });
        let made = futures::future::join_all(work).await;
        for (what, region, made) in made {
            let restored = match made {
                Ok(None) => continue,
                Ok(Some(id)) => Restored { what, region, id: Some(id), error: None },
                Err(error) if error.kind == ErrorKind::Interrupted => return Err(error.into()),
                Err(error) if error.kind == ErrorKind::UnsupportedRegion => continue,
                Err(error) if error.kind == ErrorKind::Credentials => {
                    if !self.access.is_off(&region).await? {
                        return Err(error.into());
                    }
                    continue;
                }
                Err(error) => Restored { what, region, id: None, error: Some(error) },
            };
            self.recorder.emit(EventKind::Restored { restored: restored.clone() });
            self.report.restored(restored);
        }
        Ok(())
    }
}
