//! The proxy between the dynamic client and a played service: every fault, in the shape of every protocol.

mod admin;
mod changes;
mod cloud;
mod network;
mod program;
mod refusals;
mod scene;
