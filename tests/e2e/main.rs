//! The real binary against the strict emulator: every test has an account of its own, and looks at what is left with boto3.
//!
//! One binary, so that it is linked once. What is tested at a lower level (rules, engine, reporters) is not tested again here.

mod accounts;
mod action;
mod apply;
mod bad_input;
mod baseline;
mod cloud_control;
mod coverage;
mod deploy;
mod everything;
mod faults;
mod fixtures;
mod iam;
mod journal;
mod kitchen_sink;
mod library;
mod network;
mod per_type;
mod policy;
mod pool;
mod pool_commands;
mod pool_run;
mod pool_scene;
mod reset_data;
mod s3;
mod safety;
mod scene;
mod smoke;
mod stacks;
