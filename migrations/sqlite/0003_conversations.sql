-- Conversations, approvals, what is to be sent, and who is let in. Texts, bodies of deliveries and the words of rules are
-- sealed. Moments of events are Unix milliseconds, where a comment says so; all others are microseconds.

-- The newest position ever given of each kind, which outlives the rows.
CREATE TABLE positions (
    of_kind TEXT NOT NULL PRIMARY KEY,
    newest  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO positions VALUES ('spoken', 0), ('outbox', 0);

-- Counts changes of what is held in memory, so that other processes see when their copies are old.
CREATE TABLE copies (
    of_kind TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO copies VALUES ('people', 0), ('preferences', 0);

-- The state of a stream after its newest event, written with it: loading a long stream reads one row.
CREATE TABLE snapshots (
    kind    TEXT NOT NULL,
    stream  TEXT NOT NULL,
    version INTEGER NOT NULL,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (kind, stream)
) STRICT, WITHOUT ROWID;

-- The view of conversations; their state is in the snapshot. No topic and no user are 0; `touched` is in milliseconds.
CREATE TABLE conversations (
    id      TEXT NOT NULL PRIMARY KEY,
    session TEXT NOT NULL,
    chat    INTEGER NOT NULL,
    topic   INTEGER NOT NULL,
    user    INTEGER NOT NULL,
    agent   TEXT NOT NULL,
    touched INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX conversations_by_place ON conversations (session, chat, topic, user, agent);
CREATE INDEX conversations_by_chat ON conversations (session, chat, touched);
CREATE INDEX conversations_by_touched ON conversations (touched);

-- Every message of every conversation, by its person or by the delivery that carries it; `at` is in milliseconds.
CREATE TABLE spoken (
    position     INTEGER NOT NULL PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations,
    person       INTEGER,
    delivery     TEXT,
    content      TEXT NOT NULL,
    message      INTEGER,
    reply_to     INTEGER,
    at           INTEGER NOT NULL,
    CHECK ((person IS NULL) <> (delivery IS NULL))
) STRICT;
CREATE INDEX spoken_in_conversation ON spoken (conversation);
CREATE INDEX spoken_by_people ON spoken (position) WHERE person IS NOT NULL;

-- The view of approvals; their state is the fold of their few events. `expires` is in milliseconds.
CREATE TABLE approvals (
    position   INTEGER NOT NULL PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    principal  TEXT NOT NULL,
    generation TEXT NOT NULL,
    tool       TEXT NOT NULL,
    arguments  BLOB NOT NULL,
    state      TEXT NOT NULL,
    expires    INTEGER NOT NULL
) STRICT;
CREATE INDEX approvals_by_principal ON approvals (principal);
CREATE INDEX approvals_open_about ON approvals (principal, generation, tool, arguments)
    WHERE state IN ('pending', 'decided');
CREATE INDEX approvals_pending_until ON approvals (expires) WHERE state = 'pending';

-- Which question a message shows.
CREATE TABLE approval_cards (
    session  TEXT NOT NULL,
    chat     INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    approval TEXT NOT NULL,
    PRIMARY KEY (session, chat, message)
) STRICT, WITHOUT ROWID;

-- What people have allowed beyond one call, in the order they did. Words are sealed.
CREATE TABLE rules (
    number     INTEGER NOT NULL PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    principal  TEXT NOT NULL,
    generation TEXT,
    tool       TEXT NOT NULL,
    about      BLOB NOT NULL,
    words      BLOB,
    made_by    INTEGER NOT NULL,
    approval   TEXT NOT NULL,
    made       INTEGER NOT NULL,
    expires    INTEGER,
    revoked    INTEGER
) STRICT;
CREATE INDEX rules_by_about ON rules (principal, tool, about) WHERE revoked IS NULL;

-- Texts, sealed, apart from the events that carry their ids.
CREATE TABLE contents (
    id     TEXT NOT NULL PRIMARY KEY,
    kept   INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX contents_by_kept ON contents (kept);

-- What is to be sent, in the order of its positions. `is_early` says that it was never tried and waits for its time, so
-- that it stands in no line; claiming keeps that up to date. Urgency 0 is the most urgent.
CREATE TABLE outbox (
    position     INTEGER NOT NULL PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    session      TEXT NOT NULL,
    chat         INTEGER NOT NULL,
    urgency      INTEGER NOT NULL CHECK (urgency BETWEEN 0 AND 3),
    operation    TEXT NOT NULL,
    principal    TEXT,
    key          TEXT,
    replaces     TEXT,
    conversation TEXT,
    approval     TEXT,
    queued       INTEGER NOT NULL,
    not_before   INTEGER,
    expires      INTEGER,
    ended        INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0,
    state        TEXT NOT NULL DEFAULT 'queued',
    is_early     INTEGER NOT NULL CHECK (is_early IN (0, 1)),
    error        TEXT,
    CHECK ((principal IS NULL) = (key IS NULL))
) STRICT;
CREATE UNIQUE INDEX outbox_by_key ON outbox (principal, key, session, chat) WHERE principal IS NOT NULL;
CREATE INDEX outbox_by_state ON outbox (state, session);
CREATE INDEX outbox_by_approval ON outbox (approval) WHERE approval IS NOT NULL;
-- One line for each lane, and the urgencies in it.
CREATE INDEX outbox_in_line ON outbox (session, chat) WHERE state = 'queued' AND is_early = 0;
CREATE INDEX outbox_in_line_by_urgency ON outbox (session, chat, urgency) WHERE state = 'queued' AND is_early = 0;
-- Few rows each: what waits for a time, can be replaced, expires, is under way, ended, or needs somebody.
CREATE INDEX outbox_never_tried ON outbox (session, is_early, not_before)
    WHERE state = 'queued' AND attempts = 0 AND not_before IS NOT NULL;
CREATE INDEX outbox_timed ON outbox (not_before, session) WHERE state = 'queued' AND not_before IS NOT NULL;
CREATE INDEX outbox_replaceable ON outbox (session, chat, replaces) WHERE state = 'queued' AND replaces IS NOT NULL;
CREATE INDEX outbox_expiring ON outbox (session, expires) WHERE state = 'queued' AND expires IS NOT NULL;
CREATE INDEX outbox_sending ON outbox (session, chat) WHERE state = 'sending';
CREATE INDEX outbox_over ON outbox (ended) WHERE state IN ('sent', 'replaced', 'expired');

-- Lanes with somebody in line and nothing under way: how urgent, the position of the oldest, and from when on it can be
-- sent. Written with every change of a lane, so that a claim reads as many rows as it gives.
CREATE TABLE outbox_lanes (
    session TEXT NOT NULL,
    chat    INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    oldest  INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    PRIMARY KEY (session, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_lanes_by_turn ON outbox_lanes (session, urgency, oldest, due);

-- What deliveries say, sealed; apart, so that a change of a delivery does not write it again.
CREATE TABLE outbox_bodies (
    delivery TEXT NOT NULL PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
    sealed   BLOB NOT NULL
) STRICT;

CREATE TABLE outbox_parts (
    delivery TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    part     INTEGER NOT NULL,
    state    TEXT NOT NULL,
    message  INTEGER,
    PRIMARY KEY (delivery, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_parts_by_message ON outbox_parts (message) WHERE message IS NOT NULL;

CREATE TABLE outbox_messages (
    delivery TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    message  INTEGER NOT NULL,
    PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_messages_by_message ON outbox_messages (message);

CREATE TABLE people (
    user           INTEGER NOT NULL PRIMARY KEY,
    role           TEXT NOT NULL,
    name           TEXT NOT NULL,
    username       TEXT,
    since          INTEGER NOT NULL,
    let_in_by      INTEGER,
    wants_notices  INTEGER NOT NULL CHECK (wants_notices IN (0, 1)),
    is_unreachable INTEGER NOT NULL CHECK (is_unreachable IN (0, 1))
) STRICT;

CREATE TABLE allowed_groups (
    chat          INTEGER NOT NULL PRIMARY KEY,
    title         TEXT NOT NULL,
    since         INTEGER NOT NULL,
    allowed_by    INTEGER NOT NULL,
    wants_notices INTEGER NOT NULL CHECK (wants_notices IN (0, 1))
) STRICT;

-- Who waits at the door; codes are keyed hashes.
CREATE TABLE pairings (
    user     INTEGER NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    username TEXT,
    code     BLOB NOT NULL UNIQUE,
    expires  INTEGER NOT NULL
) STRICT;

CREATE TABLE preferences (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
    stream   TEXT NOT NULL,
    reader   TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, reader)
) STRICT, WITHOUT ROWID;

-- One that was given back has no holder, and keeps its epoch.
CREATE TABLE leases (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT,
    epoch  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What has to be done about an entry; nothing where it is only read.
ALTER TABLE inbox ADD COLUMN work TEXT CHECK (work IN ('waiting', 'done', 'failed'));
ALTER TABLE inbox ADD COLUMN problem TEXT;
CREATE INDEX inbox_waiting ON inbox (session, position) WHERE work = 'waiting';
CREATE INDEX inbox_failed ON inbox (session, position) WHERE work = 'failed';

-- As in the migration before: a process that still holds the key of before a rotation must not write with it.
CREATE TRIGGER contents_are_of_the_key BEFORE INSERT ON contents
WHEN hex(substr(NEW.sealed, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;

CREATE TRIGGER bodies_are_of_the_key BEFORE INSERT ON outbox_bodies
WHEN hex(substr(NEW.sealed, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;

CREATE TRIGGER words_are_of_the_key BEFORE INSERT ON rules
WHEN NEW.words IS NOT NULL AND hex(substr(NEW.words, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;
