//! The command line as people and clients meet it: the built program, its output, its exit codes.

mod demo;
mod looks;
mod refusals;
mod telegraphist;
