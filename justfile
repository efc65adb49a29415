# What CI runs on a clean machine; installs Debian packages.
ci:
    bash .ci/run

test *arguments:
    cargo test --locked {{arguments}}

# Accepts what people and programs read, and the SQL that is written by hand, as they are now; look at `git diff tests/snapshots` before
# you commit.
snapshots:
    INSTA_UPDATE=always cargo test --locked --lib -- the_sql_that_was_accepted
    INSTA_UPDATE=always cargo test --locked --test integration -- snapshots

# Makes docs/shapes.md anew from the declarations of the records.
shapes:
    MAKE_SHAPES=1 cargo test --locked --test integration -- shapes::

# Makes docs/session.svg anew from what the program prints.
picture:
    MAKE_PICTURE=1 cargo test --locked --test integration -- picture::

# Makes the book of this version, once: see tests/fixtures/README.md.
fixture:
    MAKE_FIXTURE=1 cargo test --locked --test integration -- fixtures::this_version

# Lets hledger, ledger and beancount audit a large book, and tampered journals of it; installs Debian packages.
audit:
    .ci/audit

lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# Every combination of features, the crates that each backend takes, the packages, and the application that uses the library.
features:
    .ci/feature-matrix
    .ci/count-crates
    .ci/packages
    .ci/application

# Licences, banned crates, sources and advisories of the dependencies; needs cargo-deny.
deny:
    cargo deny check

# How well the core's own tests test: changes the core in one place after another, and the tests have to find each change. The whole takes
# hours; `just mutants --shard 1/20 --sharding round-robin` is a twentieth, from everywhere. Needs cargo-mutants. See core/tests/mutants.md.
mutants *arguments:
    CARGO_PROFILE_DEV_DEBUG=0 cargo mutants --package teller-ledger-core --output target {{arguments}}

# The rules alone; `cargo run --release -- bench --compare` measures the whole.
bench *arguments:
    cargo bench --locked --bench rules -- {{arguments}}

# Makes src/schema.rs and src/store/postgres/guards.txt anew from migrations/postgres; needs PostgreSQL's server programs and diesel_cli.
schema:
    .ci/schema-drift --write
