//! What is done in the scenario book, chapter by chapter. Each chapter is a snapshot of its own.
//!
//! A line is a command. `other>` before it runs it in a second book that is empty at first, `nowhere>` without any book, and `json>` only
//! where records are told and not tables. `measured>` hides the numbers of records, and `| head 8` behind a command keeps only so many lines.
//! Whatever can name an actor does, since the default is the login name.
//!
//! A line that posts moves the sequences in all that comes behind it, so new ones are best put at the end.

/// The book's beginning, recorded at times that stand still.
pub const BEGIN: &str = "
    account cash            asset     EUR
    account customers:alice liability EUR
    account customers:bob   liability EUR
    at 2026-01-10T08:00:00Z
    deposit customers:alice 100 note salary                     -> posted
    at 2026-01-20T08:00:00Z
    deposit customers:alice 20 effective 2026-01-05T00:00:00Z   -> posted
    transfer customers:alice customers:bob 7.50 meta invoice=17 -> posted
";

/// The files in the folder that the commands run in.
pub const FILES: &[(&str, &str)] = &[
    (
        "payroll.json",
        r#"{"key": "payroll", "description": "May", "metadata": {"run": "5"}, "legs": [
        {"from": "customers:alice", "to": "customers:bob", "amount": "3.00"},
        {"hold": {"from": "customers:alice", "to": "customers:bob", "amount": "2.00"}}]}"#,
    ),
    (
        "batch.ndjson",
        concat!(
            r#"{"key":"b1","from":"customers:alice","to":"customers:bob","amount":"1.00"}"#,
            "\n",
            r#"{"key":"b2","hold":{"from":"customers:alice","to":"customers:bob","amount":"5.00"}}"#,
            "\n",
            r#"{"key":"b3","from":"customers:bob","to":"customers:alice","amount":"1000.00"}"#,
            "\n",
            r#"{"key":"b4","legs":[{"from":"customers:alice","to":"customers:bob","amount":"1.00"},{"from":"customers:bob","to":"nobody","amount":"1.00"}]}"#,
            "\n",
        ),
    ),
    (
        "accounts.csv",
        "name,type,currency,min_balance,description\nsuppliers:paper,liability,EUR,none,\"Paper, Ltd\"\nsuppliers:ink,debt,EUR,,\n",
    ),
    (
        "transfers.csv",
        "key,from,to,amount,description\nt1,customers:alice,suppliers:paper,4.00,paper\nt2,customers:alice,suppliers:pens,4.00,\nt3,customers:alice,suppliers:paper,x,\n",
    ),
    ("broken.json", "{"),
];

/// The chapters: the name of the snapshot, and the commands.
pub const CHAPTERS: &[(&str, &str)] = &[
    ("account", "
        account open cash:usd --currency USD --description 'dollars at hand'
        account open customers:carol --currency EUR --overdraft 50 --max-balance 1000 --metadata tier=gold --description 'current account'
        account open customers:carol --currency EUR --overdraft 50 --max-balance 1000 --metadata tier=gold --description 'current account'
        account open income:fees --currency EUR --type asset --dry-run
        account list
        account list --prefix customers: --limit 2
        account show customers:carol
        account limit customers:carol --overdraft 80 --per-transfer 200 --per-day 500.00 --per-month 5000 --actor ops --reason 'asked for'
        account freeze customers:carol --debits --actor ops --reason 'court order 12/7'
        account unfreeze customers:carol --actor ops
        account show customers:carol
        account history customers:carol
        account history customers:alice
        account open customers:dora --currency EUR
        account close customers:dora --yes --actor ops
        transfer customers:bob customers:carol 2.50 --key to-carol
        account close customers:carol --yes --actor ops
        account close customers:carol --yes --to customers:bob --actor ops --reason 'moved to Bob'
    "),
    ("transfer", "
        deposit customers:alice 30.00 --cash cash --key salary-2 --description 'second salary' --effective-at 2026-02-01T00:00:00+01:00
        deposit customers:alice 30.00 --cash cash --key salary-2 --description 'second salary' --effective-at 2026-02-01T00:00:00+01:00
        deposit customers:bob 5
        withdraw customers:alice 10.00 --cash cash --dry-run
        withdraw customers:alice 10.00 --cash cash --key cash-1 --metadata machine=7
        transfer customers:alice customers:bob 12.34 --key rent --if-version 5
        transfer customers:bob customers:alice --up-to 10000 --key all-of-it
        transfer customers:alice 10.01 --split 'customers:bob 50%, cash:none rest'
        transfer customers:alice 10.01 --split 'customers:bob 50%, customers:bob rest' --key split
        post --debit customers:alice --credit customers:bob 1 --key posted
        reverse rent --amount 2 --at original --key undo-1
        reverse rent --key undo-2
        json> deposit customers:alice 12.34 --cash cash --format ndjson --id 01890000-0000-7000-8000-000000000001 --effective-at 2026-01-31T16:00:00+04:00 --description rent --metadata invoice=17
    "),
    ("exchange", "
        account open customers:usd --currency USD
        exchange customers:alice customers:usd 10.00 --rate 1.0796 --fee 0.50 --key x --dry-run
        exchange customers:alice customers:usd 10.00 --rate 1.0796 --fee 0.50 --key x
        exchange customers:alice customers:usd 10.00 --rate 1.0796 --fee 0.50 --key x
    "),
    ("hold", "
        hold list
        hold customers:alice customers:bob 25.00 --key order-7 --expires-in 7d --description 'order 7'
        hold customers:alice customers:bob 5 --key order-8 --expires-at 2099-01-01T00:00:00Z
        hold customers:alice customers:bob --up-to 1 --key order-9 --dry-run
        hold list
        hold list --account customers:alice
        capture order-7 20.00 --key parcel-7
        capture order-7 1.00 --final --key parcel-8
        hold show order-7
        release order-8 --key order-8-off
        hold list
        hold expire
        json> hold show order-7 --format ndjson
    "),
    ("journal", "
        journal post --key j1 --actor ops --leg 'customers:alice -> customers:bob 3.00' --leg 'debit cash credit customers:alice 5.00'
        journal post --key j1 --actor ops --leg 'customers:alice -> customers:bob 3.00' --leg 'debit cash credit customers:alice 5.00'
        journal post payroll.json --actor ops
        journal post --leg 'customers:alice -> customers:bob 1' --leg 'customers:bob -> nobody 1' --actor ops
        journal show payroll
        json> journal show payroll --format ndjson
        reverse --journal j1 --key undo-j1
    "),
    ("batch", "
        batch batch.ndjson --actor ops --dry-run
        batch batch.ndjson --actor ops
        batch batch.ndjson --actor ops --on-refusal stop
        json> batch batch.ndjson --actor ops --format ndjson
    "),
    ("balance", "
        balance
        balance customers:alice
        balance cash customers:alice customers:usd
        json> balance customers:alice --format ndjson
        json> balance cash customers:alice --format ndjson
        balance customers:alice --at 2026-01-10T08:00:00Z
        balance customers:alice customers:bob --at 2026-01-05T00:00:00Z --recorded-at 2026-01-19T00:00:00Z
        balance customers:
        balance customers: --depth 2
        balance :
        balance nobody:
    "),
    ("statement", "
        statement customers:alice --limit 3
        statement customers:carol
        statement customers:dora
        statement customers:alice --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z
        statement customers:alice --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --order effective
        statement customers:alice --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --order effective --limit 1
    "),
    ("currency", "
        currency list | head 12
        currency add USDC --exponent 6 --name 'USD Coin' --actor ops --dry-run
        currency add USDC --exponent 6 --name 'USD Coin' --actor ops --reason 'we take them'
        currency add USDC --exponent 6 --name 'USD Coin' --actor ops --reason 'we take them'
        currency add USDC --exponent 2 --name 'USD Coin' --actor ops
    "),
    ("metadata", "
        metadata set --account customers:alice tier=gold desk=4 --actor ops --dry-run
        metadata set --account customers:alice tier=gold desk=4 --actor ops --reason 'second pair of eyes'
        metadata set --account customers:alice tier=silver --remove desk --actor ops
        metadata set --transfer rent checked=yes --actor ops
        metadata show --account customers:alice
        metadata show --transfer rent
        metadata show --account customers:alice --recorded-at 2026-01-31T12:00:00Z
        metadata history --account customers:alice
        metadata history --transfer rent
    "),
    ("period", "
        period list
        period close 2025 --actor ops --dry-run
        period close 2025 --actor ops --reason audited
        period close 2025 --actor ops --reason audited
        period close 2026-01 --actor ops
        period reopen 2026-01 --actor ops --reason 'late invoice'
        period list
        period history
        transfer customers:alice customers:bob 1 --effective-at 2025-12-31T00:00:00Z
    "),
    ("schedule", "
        schedule list
        schedule add customers:alice customers:bob 4 --every month --day 31 --from 2026-01-01 --count 2 --key rent-2026 --actor ops --description rent
        schedule add customers:alice customers:bob 4 --every month --day 31 --from 2026-01-01 --count 2 --key rent-2026 --actor ops --description rent
        schedule add customers:alice customers:bob 9000 --once 2026-01-03T10:00:00Z --on-refusal skip --key too-much --actor ops
        schedule add customers:alice customers:bob 1 --every week --day friday --at 18:30 --from 2099-01-01 --key later --actor ops
        schedule list
        schedule run --until 2026-02-01T00:00:00Z --dry-run
        schedule run --until 2026-02-01T00:00:00Z
        schedule run --until 2026-02-01T00:00:00Z
        schedule show rent-2026
        schedule show too-much
        schedule cancel later --actor ops --reason 'moved out'
        schedule show later
    "),
    ("import", "
        import accounts accounts.csv --dry-run
        import accounts accounts.csv
        import transfers transfers.csv --rejects refused.csv
        import transfers transfers.csv --rejects refused.csv --force
    "),
    ("proof", "
        seal
        seal --out book.seal
        seal --out book.seal
        verify
        verify --account customers:alice
        verify --seal book.seal
        clock show
        clock accept --actor ops --reason 'wrong clock'
    "),
    ("export", "
        json> export
        export --out book.ndjson
        json> export --to csv
        json> export --to ndjson --what entries
        export --to csv --what balances --out balances.csv
        export --to csv --what statements --account customers:alice --out alice.csv
        export --to hledger --out book.journal
        export --to beancount --until 2026-02 --out january.beancount
        export --to ledger --raw
        other> import book book.ndjson --dry-run
        other> import book book.ndjson
        other> import book book.ndjson
        other> verify
        import book book.ndjson
    "),
    ("migrate", "
        migrate status
        migrate run
        migrate run --dry-run
        migrate revert --dry-run
    "),
    ("failure", "
        transfer customers:alice customers:bob 5000
        transfer customers:alice nobody 5
        transfer customers:alise customers:bob 5
        transfer customers:alice customers:alice 5
        transfer customers:alice customers:bob 13 --key rent
        transfer customers:alice customers:bob 1e3
        transfer customers:alice customers:bob 0.001
        transfer customers:alice customers:bob -1
        transfer customers:alice cash 1
        transfer customers:alice customers:carol 1
        capture nothing
        reverse @9999
        journal show nothing
        journal post broken.json
        journal post missing.json
        batch broken.json
        import transfers accounts.csv
        verify --seal broken.json
        statement customers:alice --cursor x
        nowhere> audit
        deposit
        deposti customers:alice 5
        balance cash --format xml
        nowhere> account list
        nowhere> --database-url mysql://localhost/bank account list
        nowhere> --database-url postgres://127.0.0.1:1/bank account list | head 3
    "),
    ("report", "
        account open income:interest --currency EUR --type revenue
        post --debit cash --credit income:interest 3.00 --effective-at 2026-01-31T12:00:00Z --key interest
        report trial-balance --month 2026-01 --depth 1
        report trial-balance --month 2026-01 --recorded-at 2026-01-31 --zero
        report trial-balance --from 2026-01 --to 2026-03 --every month --prefix customers: --currency EUR
        report trial-balance --month 2026-01 --compare previous --depth 1
        report trial-balance --at 2026-01 --held --depth 1
        report balance-sheet --at 2026-01-31 --currency EUR
        report balance-sheet --month 2026-01 --compare year --depth 1
        report balance-sheet --from 2026-01 --to 2026-04 --every month --depth 1 --currency EUR
        report income-statement --at 2026-02-28 --currency EUR
        report income-statement --from 2025-12 --to 2026-03 --every quarter --fiscal-year-start 02
        report income-statement --month 2026-01 --compare year
        json> report trial-balance --month 2026-01 --depth 1 --format csv
        json> report balance-sheet --at 2026-01-31 --depth 1 --format csv
        json> report income-statement --month 2026-01 --compare previous --format ndjson
        balance customers: --at 2026-01-31
        balance customers: --at 2026-01-31 --recorded-at 2026-01-19 --depth 2
        report trial-balance --prefix nobody:
        report trial-balance --depth 0
        report trial-balance --currency XYZ
        report trial-balance --from 2026-02 --to 2026-01
        report balance-sheet --at 31.01.2026
        report balance-sheet --at 2026-01 --compare previous
    "),
    ("lookup", "
        transfer show rent
        transfer show parcel-7
        transfer show undo-1
        transfer show nothing
        transfer show payroll
        transfer list --account customers:carol
        transfer list --kind capture
        transfer list --hold order-7
        transfer list --journal payroll
        transfer list --reversed rent
        transfer list --account customers:alice --min 30 --max 100 --limit 2
        transfer list --to 2026-01-15T00:00:00Z
        transfer list --kind release --limit 1
        transfer list --min 99999 --limit 1 --read-max 1
        json> transfer list --reversed rent --format ndjson
        json> transfer list --reversed rent --format csv
        transfer list --by nobody
        transfer list --cursor x
        transfer list --journal nothing
        journal list --limit 2
        journal list --by nobody
    "),
    ("events", "
        events --limit 4
        json> events --types hold.captured --format ndjson
        json> events --types account.limits_changed --format csv
        json> events --types period.closed --limit 1 --format json
        events --types account.closed --accounts nobody
        events --after 17
        events --after 1-0000000000000000
        events --follow --format json
    "),
];

/// What an SQLite file answers in its own way. It is made by the first command.
pub const ON_SQLITE: &str = "
    migrate run
    account open cash --currency EUR
    config show
    config show --origin
    measured> doctor
    backup copy.db
    backup copy.db
    other> restore copy.db --dry-run
    other> restore copy.db
    restore copy.db
    book list
    book create savings
    migrate roles --prefix bank
    migrate revert
    json> measured> bench single --seconds 1 --accounts 20
    nowhere> demo
";

/// What a PostgreSQL server answers in its own way. Most of what `doctor` says is about the version and the settings of the server.
pub const ON_POSTGRES: &str = "
    migrate run
    account open cash --currency EUR
    config show
    measured> doctor --format json | head 26
    book list
    book create savings --dry-run
    book create savings
    book create savings
    book list
    migrate roles --prefix bank
    migrate roles --prefix bank --apply
    backup copy.db
    restore copy.db
    migrate revert
    json> measured> bench single --seconds 1 --accounts 20
";

/// The commands that are not told of: what they print is made from the help, or is random, or comes from another time.
pub const NOT_TOLD: [&str; 27] = [
    "completions",
    "man",
    "serve",
    "key create",
    "key list",
    "key revoke",
    "key rotate",
    "consumer add",
    "consumer list",
    "consumer show",
    "consumer move",
    "consumer remove",
    "monitor add",
    "monitor list",
    "monitor show",
    "monitor events",
    "monitor remove",
    "webhook add",
    "webhook list",
    "webhook show",
    "webhook rotate",
    "webhook test",
    "webhook pause",
    "webhook resume",
    "webhook remove",
    "webhook deliveries",
    "webhook replay",
];
