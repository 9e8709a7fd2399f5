# The commands of the README, short. CI calls the same ones.

# An agent-ready Telegram on the screen.
demo:
    cargo run --release -- demo

# Fetches what the tests need, then runs all of them.
test:
    cargo xtask test

# What CI checks before the tests.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings

# Speed and memory side by side with the bare libraries; writes docs/benchmarks.md.
bench:
    cargo xtask bench --write

# Writes what is generated: docs/TOOLS.md and docs/BOT_API.md.
docs:
    cargo xtask docs

# Licences, sources and banned crates (needs cargo-deny).
deny:
    cargo deny check bans licenses sources
