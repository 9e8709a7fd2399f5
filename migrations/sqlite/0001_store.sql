-- Everything that one profile remembers. Ids, dates and states are clear; what is called sealed is opened only with the
-- vault key. Times are Unix microseconds unless a comment says otherwise.

-- Which key seals this store. Chosen when the store is made, never again.
CREATE TABLE vault_key (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    key_id   TEXT NOT NULL,
    place    TEXT NOT NULL
) STRICT;

-- Streams of events, by kind of aggregate.
CREATE TABLE events (
    kind    TEXT NOT NULL,
    stream  TEXT NOT NULL,
    version INTEGER NOT NULL,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (kind, stream, version)
) STRICT, WITHOUT ROWID;

-- The view of sessions; written with the events it follows from. `created` is in Unix milliseconds.
CREATE TABLE sessions (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT,
    user_id    TEXT,
    username   TEXT,
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    created    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_by_default ON sessions (is_default) WHERE is_default = 1;

-- Counts changes of the views, so that other processes see when what they hold in memory is old.
CREATE TABLE views_version (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    version  INTEGER NOT NULL
) STRICT;
INSERT INTO views_version VALUES (1, 0);

CREATE TABLE secrets (
    of_table TEXT NOT NULL,
    of_row   TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (of_table, of_row)
) STRICT, WITHOUT ROWID;

-- Phones are sealed, and found by a keyed hash.
CREATE TABLE peers (
    session      TEXT NOT NULL,
    id           INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    access_hash  INTEGER,
    username     TEXT,
    phone_sealed BLOB,
    phone_hash   BLOB,
    name         TEXT NOT NULL,
    is_self      INTEGER NOT NULL CHECK (is_self IN (0, 1)),
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX peers_by_username ON peers (session, username) WHERE username IS NOT NULL;
CREATE UNIQUE INDEX peers_by_phone ON peers (session, phone_hash) WHERE phone_hash IS NOT NULL;
CREATE UNIQUE INDEX peers_by_self ON peers (session) WHERE is_self = 1;

-- `channel` is a marked id, or 0 for the account itself; `date` is in Unix seconds.
CREATE TABLE update_marks (
    session TEXT NOT NULL,
    channel INTEGER NOT NULL,
    pts     INTEGER NOT NULL,
    qts     INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    date    INTEGER NOT NULL,
    PRIMARY KEY (session, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE data_centres (
    session TEXT NOT NULL,
    dc      INTEGER NOT NULL,
    v4      TEXT,
    v6      TEXT,
    is_home INTEGER NOT NULL CHECK (is_home IN (0, 1)),
    PRIMARY KEY (session, dc)
) STRICT, WITHOUT ROWID;

-- The newest position ever given, which outlives the entries.
CREATE TABLE inbox_heads (
    session TEXT NOT NULL PRIMARY KEY,
    newest  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Payloads are sealed.
CREATE TABLE inbox (
    session    TEXT NOT NULL,
    position   INTEGER NOT NULL,
    received   INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    chat       INTEGER,
    dedupe_key TEXT NOT NULL,
    payload    BLOB NOT NULL,
    PRIMARY KEY (session, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX inbox_by_key ON inbox (session, dedupe_key);

-- Calls that must not happen twice. Outcomes are sealed: answers hold texts.
CREATE TABLE calls (
    principal TEXT NOT NULL,
    session   TEXT NOT NULL,
    key       TEXT NOT NULL,
    operation TEXT NOT NULL,
    arguments BLOB NOT NULL,
    claimed   INTEGER NOT NULL,
    outcome   BLOB,
    PRIMARY KEY (principal, session, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_by_claimed ON calls (claimed);

CREATE TABLE call_parts (
    principal TEXT NOT NULL,
    session   TEXT NOT NULL,
    key       TEXT NOT NULL,
    part      INTEGER NOT NULL,
    state     TEXT NOT NULL,
    PRIMARY KEY (principal, session, key, part),
    FOREIGN KEY (principal, session, key) REFERENCES calls ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    number   INTEGER NOT NULL PRIMARY KEY,
    entry    TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;

-- The newest row, kept apart so that rows missing at the end are noticed.
CREATE TABLE audit_head (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    number   INTEGER NOT NULL,
    hash     TEXT NOT NULL
) STRICT;

-- Waits that Telegram asked for.
CREATE TABLE blocks (
    bucket TEXT NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
