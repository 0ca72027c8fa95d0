//! One of everything that is supported, in one run, and counted afterwards by somebody else.

use cleaner_tests::python;
use serde_json::json;

use crate::scene::{Done, Scene};

#[test]
fn one_of_everything_goes_in_one_run() {
    let scene = Scene::new();
    let made = python::seed(scene.emulator, &scene.credentials, &["--kind", "kitchen-sink"]);
    assert!(made.as_object().is_some_and(|made| made.len() > 60), "{made}");
    let done = Done::of(scene.clearing(["--patience", "10s"]), 0).clean();
    assert!(done.count("deleted") > 100, "{}", done.report["summary"]);
    let counted = python::count(scene.emulator, &scene.credentials, &[]);
    assert_eq!(counted["totals"]["left"], 0, "{:#}", counted["left"]);
    let again = Done::of(scene.clearing([]), 0).clean();
    assert_eq!(again.count("deleted"), 0, "{}", again.report["summary"]);
    let after = python::count(scene.emulator, &scene.credentials, &[]);
    assert_eq!(after["kept"], counted["kept"], "what stays, stays");
    assert_ne!(counted["kept"], json!({}));
}
