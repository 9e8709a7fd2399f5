//! `telegraphist-relay`: what `telegraphist` goes on as once it knows what a client wants. Not for people.

use std::io::Write as _;
use std::process::ExitCode;

use telegraphist_relay::Errand;

fn main() -> ExitCode {
    let outcome = match Errand::of_relay() {
        Ok(errand) => errand.run().map_err(|problem| (problem.to_string(), problem.exit_code())),
        Err(problem) => Err((problem.to_string(), 2)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err((problem, code)) => {
            // Standard error may be closed; then there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "telegraphist: {problem}");
            ExitCode::from(code)
        }
    }
}
