//! Every operation against the sandbox, through the pipeline, as a caller would send it: the arguments are JSON.

mod access;
mod chats;
mod contacts;
mod desk;
mod files;
mod reading;
mod searching;
mod writing;
