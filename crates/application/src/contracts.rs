//! What every adapter of a stored port must keep, as tests.
