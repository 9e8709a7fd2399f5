-- A key that is to be forgotten: one that was made for a rotation which did not come to its end, or one whose place
-- another has taken. Written before the key is kept, or with the change; gone when the key is.
CREATE TABLE vault_key_leftovers (
    key_id TEXT NOT NULL,
    place  TEXT NOT NULL,
    PRIMARY KEY (key_id, place)
) STRICT, WITHOUT ROWID;

-- A process that still holds the key of before a rotation must not write with it: when that key is forgotten, nobody
-- could read the value again. A sealed value is `version | key id (8 bytes) | ...`.
CREATE TRIGGER secrets_are_of_the_key BEFORE INSERT ON secrets
WHEN hex(substr(NEW.sealed, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;

CREATE TRIGGER phones_are_of_the_key BEFORE INSERT ON peers
WHEN NEW.phone_sealed IS NOT NULL AND hex(substr(NEW.phone_sealed, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;

CREATE TRIGGER payloads_are_of_the_key BEFORE INSERT ON inbox
WHEN hex(substr(NEW.payload, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;

CREATE TRIGGER outcomes_are_of_the_key BEFORE UPDATE OF outcome ON calls
WHEN NEW.outcome IS NOT NULL AND hex(substr(NEW.outcome, 2, 8)) <> (SELECT upper(key_id) FROM vault_key)
BEGIN SELECT RAISE(ABORT, 'sealed with a key that this store had before; open it again'); END;
