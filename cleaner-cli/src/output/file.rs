use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A file that is written at the end, whole or not at all.
#[derive(Clone, Debug)]
pub(crate) struct OutputFile {
    path: PathBuf,
    /// What exists and is no regular file (`/dev/stdout`, a pipe) is written to, not replaced.
    in_place: bool,
}

impl OutputFile {
    /// Makes sure that the file can be written, without touching what is there.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) fn prepare(path: &Path) -> io::Result<Self> {
        let path = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            // What a link leads to is replaced, not the link.
            Ok(found) if found.is_file() => fs::canonicalize(path)?,
            Ok(_) => return Ok(Self { path: path.to_owned(), in_place: true }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(error),
        };
        let file = Self { path, in_place: false };
        drop(file.create_beside()?);
        fs::remove_file(file.beside())?;
        Ok(file)
    }

    /// Writes the file, piece by piece: what goes into it may be long.
    ///
    /// # Errors
    /// Why it could not be written; what was there before is still there.
    pub(crate) fn write(&self, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
        let through = |file: File| {
            let mut writer = BufWriter::new(file);
            content(&mut writer)?;
            writer.into_inner().map_err(io::IntoInnerError::into_error)
        };
        if self.in_place {
            return OpenOptions::new().write(true).open(&self.path).and_then(through).map(drop);
        }
        let written = self.create_beside().and_then(through).and_then(|file| {
            file.sync_all()?;
            fs::rename(self.beside(), &self.path)
        });
        if written.is_err() {
            // The first failure is the one to tell.
            drop(fs::remove_file(self.beside()));
        }
        written
    }

    fn create_beside(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(true).open(self.beside())
    }

    /// A name in the same folder, so that renaming is one step.
    fn beside(&self) -> PathBuf {
        let mut name = std::ffi::OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", std::process::id()));
        self.path.with_file_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        entries
            .map(|entry| entry.expect("it is readable").file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn the_file_is_replaced_in_one_step_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report.json");
        let file = OutputFile::prepare(&path).expect("the folder is writable");
        assert!(names(folder.path()).is_empty(), "preparing leaves nothing behind");
        file.write(|file| file.write_all(b"one")).expect("it can be written");
        OutputFile::prepare(&path)
            .expect("it may exist")
            .write(|file| file.write_all(b"two"))
            .expect("it can be written again");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "two");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for path in [folder.path().to_owned(), folder.path().join("none/report.json")] {
            assert!(OutputFile::prepare(&path).is_err(), "{}", path.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        fs::write(&path, "old").expect("the folder is writable");
        std::os::unix::fs::symlink(&path, &link).expect("links are possible");
        OutputFile::prepare(&link)
            .expect("it is a file")
            .write(|file| file.write_all(b"new"))
            .expect("it can be written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        OutputFile::prepare(Path::new("/dev/null"))
            .expect("a device")
            .write(|file| file.write_all(b"x"))
            .expect("it takes all");
        assert!(!Path::new("/dev/null").is_file());
    }
}
