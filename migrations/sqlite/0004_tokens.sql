-- Who is let in by bearer token. `hash` is a keyed hash of the secret, which is kept nowhere; `grants` is a stored form,
-- by the name of its version. Moments are microseconds.

CREATE TABLE tokens (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    hash        BLOB NOT NULL UNIQUE,
    grants_form TEXT NOT NULL,
    grants      TEXT NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER,
    revoked     INTEGER,
    last_used   INTEGER
) STRICT;
CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE revoked IS NULL;

INSERT INTO copies VALUES ('tokens', 0);
