package dev.jooqcache.protocol;

import dev.jooqcache.protocol.Configuration.Happening;
import dev.jooqcache.protocol.Configuration.Reader;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The protocol as it is built, as a machine whose steps are what one actor does before another may act: each read or write
 * of a cell, each call of the store, COMMIT as the server sees it.
 *
 * <p>The database is the order of its commits; what a query answers is a position in that order, and with a writer's own
 * uncommitted rows that writer besides. An entry is kept under its query alone and carries the clock up to which it is known
 * to be exact, as in {@code CacheEngine}. Writers of one table exclude each other by its row lock until COMMIT has taken
 * effect.
 *
 * <p>A query is a mask of the tables that it reads; or it is one of two that read a part of a table. For these the first
 * cell is the table's and the second the part's: a writer of both writes the part, a writer of the first alone another part.
 * An entry of theirs stands if either cell does. (So does a tag with two cells of its own.) {@link #LATE_PART} knows of its
 * part only when it has run its SQL.
 *
 * <p>A state is an array of bytes; {@link #step} answers a changed copy of it.
 */
final class Model {

    private static final int TABLES = 2;
    private static final int QUERIES = 6;

    /** Reads what the second cell stands for, of the table that the first one stands for. */
    static final int PART = 4;

    /** The same, but captures the table's cell, as the part is learnt from the rows. */
    static final int LATE_PART = 5;

    // Writer's places.
    private static final int TO_WRITE = 0;
    private static final int WROTE = 1;
    private static final int TO_COMMIT = 2;
    private static final int TO_BUMP = 3;
    private static final int TO_ABANDON = 4;
    private static final int IN_DOUBT = 5;
    private static final int TO_BUMP_EARLY = 6;
    private static final int TO_PUBLISH = 7;
    private static final int DONE = 15;

    // Reader's places.
    private static final int TO_BEGIN = 0;
    private static final int TO_GET = 1;
    private static final int TO_LOOK = 2;
    private static final int TO_NOTE_AGAIN = 3;
    private static final int TO_LOOK_AGAIN = 4;
    private static final int TO_CAPTURE = 5;
    private static final int TO_FLY = 6;
    private static final int WAITING = 7;
    private static final int TO_NOTE_SINCE = 8;
    private static final int TO_NOTE_CLOCK = 9;
    private static final int TO_SEND = 10;
    private static final int TO_VALIDATE = 11;
    private static final int TO_PUT = 12;
    private static final int TO_NOTE_LATE = 13;
    private static final int TO_EXTEND_LATE = 14;

    /** The server has not decided yet on a COMMIT that threw. */
    private static final int UNDECIDED = 1;

    private static final int NOBODY = -1;
    private static final int NONE = -1;

    // Where things are in a state.
    private static final int CLOCK = 0;
    private static final int INCARNATION = 1;
    private static final int CRASHED = 2;
    private static final int FORGOTTEN = 3;
    private static final int GENERATION = 4;
    private static final int INTENTS = GENERATION + TABLES;
    private static final int LOCK = INTENTS + TABLES;
    private static final int COMMITS = LOCK + TABLES;
    private static final int ENTRY = COMMITS + 1;
    private static final int ENTRY_SIZE = 4;
    private static final int HISTORY = ENTRY + QUERIES * ENTRY_SIZE;

    // Parts of an entry.
    private static final int OF_INCARNATION = 0;
    private static final int STAMP = 1;
    private static final int CONTENT = 2;
    private static final int OWN = 3;

    // Parts of a writer.
    private static final int AT = 0;
    private static final int INDEX = 1;
    private static final int SERVER = 2;
    private static final int EXPIRED = 3;
    private static final int SEEN = 4;
    private static final int ISSUED = 5;
    private static final int ACKNOWLEDGED = 6;
    private static final int WRITER_SIZE = 7;

    // Parts of a reader.
    private static final int READ = 2;
    private static final int CAPTURED = 3;
    private static final int HIGHEST = 4;
    private static final int BEGAN = 5;
    private static final int KNOWN = 6;
    private static final int GOT = 7;
    private static final int GOT_OWN = 8;
    private static final int LEADS = 9;
    private static final int SNAPSHOT = 10;
    private static final int SNAPSHOT_CLOCK = 11;
    private static final int RECORDS = 12;
    private static final int SERVED = 13;
    /** The clock at which what is looked at was exact. */
    private static final int SINCE = 14;
    /** The clock noted before the second look. */
    private static final int AGAIN = 15;
    /** The table's cell has changed, so the part's is looked at. */
    private static final int AT_PART = 16;

    private static final int WAITED = 17;
    private static final int READER_SIZE = 18;

    /** Takes the successors of a state. */
    interface Steps {
        /**
         * One step.
         *
         * @param next the state after it
         * @param actor who made it: writers first, then readers
         * @param action what it was
         * @param violation what it violates, or {@code null}
         */
        void step(byte[] next, int actor, String action, Violation violation);
    }

    private final Configuration configuration;
    private final Set<Defect> defects;
    private final List<Integer> writers;
    private final List<Reader> readers;
    private final int firstWriter;
    private final int firstReader;

    Model(Configuration configuration, Set<Defect> defects) {
        this.configuration = configuration;
        this.defects = defects.isEmpty() ? EnumSet.noneOf(Defect.class) : EnumSet.copyOf(defects);
        this.writers = configuration.writers();
        this.readers = configuration.readers();
        this.firstWriter = HISTORY + writers.size();
        this.firstReader = firstWriter + writers.size() * WRITER_SIZE;
    }

    private boolean has(Defect defect) {
        return defects.contains(defect);
    }

    private boolean hasIntents() {
        return !has(Defect.NO_INVALIDATION)
                && !has(Defect.BUMP_BEFORE_COMMIT_ONLY)
                && !has(Defect.BUMP_AFTER_COMMIT_ONLY)
                && !has(Defect.BUMPS_ON_BOTH_SIDES);
    }

    byte[] initial() {
        byte[] s = new byte[firstReader + readers.size() * READER_SIZE];
        for (int t = 0; t < TABLES; t++) s[LOCK + t] = NOBODY;
        for (int q = 0; q < QUERIES; q++) s[ENTRY + q * ENTRY_SIZE + STAMP] = NONE;
        for (int r = 0; r < readers.size(); r++) {
            s[reader(r) + SNAPSHOT] = NONE;
            s[reader(r) + SERVED] = NONE;
        }
        return s;
    }

    String actor(int number) {
        return number < writers.size()
                ? "writer " + (number + 1)
                : number < writers.size() + readers.size() ? "reader " + (number - writers.size() + 1) : "the world";
    }

    private int writer(int w) {
        return firstWriter + w * WRITER_SIZE;
    }

    private int reader(int r) {
        return firstReader + r * READER_SIZE;
    }

    /** Makes all steps that are possible. */
    void steps(byte[] s, Steps to) {
        boolean isRestPossible = true;
        for (int w = 0; w < writers.size(); w++) isRestPossible &= writerSteps(s, w, to);
        for (int r = 0; r < readers.size(); r++) isRestPossible &= readerSteps(s, r, to);
        if (has(Defect.COUNTER_RESTARTS) && s[FORGOTTEN] == 0)
            for (int t = 0; t < TABLES; t++) if (s[GENERATION + t] > 0 && s[INTENTS + t] == 0) forget(s, t, to);
        if (configuration.may(Happening.CRASH) && s[CRASHED] == 0) crash(s, to);
        if (isRestPossible && isPoisoned(s))
            to.step(s.clone(), writers.size() + readers.size(), "rests", Violation.POISON);
    }

    private void forget(byte[] s, int table, Steps to) {
        byte[] n = s.clone();
        n[FORGOTTEN] = 1;
        n[GENERATION + table] = 0;
        to.step(n, writers.size() + readers.size(), "forgets a generation", null);
    }

    // Writers.

    /** Makes the steps of a writer, and answers whether it has ended. */
    private boolean writerSteps(byte[] s, int w, Steps to) {
        int p = writer(w);
        int mask = writers.get(w);
        if (s[p + SERVER] == UNDECIDED) serverSteps(s, w, to);
        switch (s[p + AT]) {
            case TO_WRITE -> {
                if (!isFree(s, mask)) return false;
                byte[] n = s.clone();
                for (int t = 0; t < TABLES; t++) if (touches(mask, t)) n[LOCK + t] = (byte) w;
                n[p + AT] = WROTE;
                n[p + SEEN] = NONE;
                to.step(n, w, "writes", null);
            }
            case WROTE -> afterWrite(s, w, p, mask, to);
            case TO_BUMP_EARLY -> bump(s, w, p, mask, to, TO_COMMIT);
            case TO_COMMIT -> {
                expire(s, w, p, mask, to);
                commit(s, w, p, to);
            }
            case TO_BUMP -> {
                expire(s, w, p, mask, to);
                bump(s, w, p, mask, to, has(Defect.OWN_WRITES_PUBLISHED) ? TO_PUBLISH : DONE);
            }
            case TO_ABANDON -> abandon(s, w, p, mask, to);
            case IN_DOUBT -> {
                expire(s, w, p, mask, to);
                if (s[p + SERVER] == UNDECIDED && !has(Defect.QUARANTINE_TOO_SHORT)) return false;
                byte[] n = s.clone();
                n[p + AT] = TO_BUMP;
                to.step(n, w, "learns that the outcome is final", null);
            }
            case TO_PUBLISH -> publish(s, w, p, mask, to);
            default -> {
                return s[p + SERVER] != UNDECIDED;
            }
        }
        return false;
    }

    private static boolean touches(int mask, int table) {
        return (mask >> table & 1) == 1;
    }

    private static boolean isFree(byte[] s, int mask) {
        for (int t = 0; t < TABLES; t++) if (touches(mask, t) && s[LOCK + t] != NOBODY) return false;
        return true;
    }

    private static void release(byte[] s, int w) {
        for (int t = 0; t < TABLES; t++) if (s[LOCK + t] == w) s[LOCK + t] = NOBODY;
    }

    private void afterWrite(byte[] s, int w, int p, int mask, Steps to) {
        if (s[p + INDEX] == 0 && configuration.may(Happening.ROLLBACK)) {
            byte[] n = s.clone();
            release(n, w);
            n[p + AT] = DONE;
            to.step(n, w, "rolls back", null);
        }
        if (s[p + INDEX] == 0 && s[p + SEEN] == NONE) ownRead(s, w, p, mask, to);
        if (has(Defect.ISSUED_BEFORE_INTENT) && s[p + ISSUED] == 0) {
            byte[] n = s.clone();
            n[CLOCK]++;
            n[p + ISSUED] = n[CLOCK];
            to.step(n, w, "is issued a number", null);
            return;
        }
        if (!hasIntents()) {
            byte[] n = s.clone();
            boolean isEarly = has(Defect.BUMP_BEFORE_COMMIT_ONLY) || has(Defect.BUMPS_ON_BOTH_SIDES);
            n[p + AT] = (byte) (isEarly ? TO_BUMP_EARLY : TO_COMMIT);
            to.step(n, w, "goes on without an intent", null);
            return;
        }
        byte[] n = s.clone();
        int t = next(mask, s[p + INDEX]);
        n[INTENTS + t] = (byte) (has(Defect.INTENT_AS_FLAG) ? 1 : s[INTENTS + t] + 1);
        advance(n, p, mask, t, TO_COMMIT);
        to.step(n, w, t == 0 ? "sets its intent on a" : "sets its intent on b", null);
    }

    private static int next(int mask, int from) {
        int t = from;
        while (!touches(mask, t)) t++;
        return t;
    }

    private static void advance(byte[] s, int p, int mask, int done, int then) {
        int t = done + 1;
        while (t < TABLES && !touches(mask, t)) t++;
        if (t < TABLES) s[p + INDEX] = (byte) t;
        else {
            s[p + INDEX] = 0;
            s[p + AT] = (byte) then;
        }
    }

    /** What a transaction reads of its own writes touches nothing that is shared, unless a rule is broken. */
    private void ownRead(byte[] s, int w, int p, int mask, Steps to) {
        if (has(Defect.OWN_WRITES_PUBLISHED)) {
            byte[] n = s.clone();
            n[p + SEEN] = s[COMMITS];
            to.step(n, w, "reads its own writes", null);
        }
        if (has(Defect.OWN_WRITES_STORED) && pending(s, mask) == 0) {
            byte[] n = s.clone();
            n[p + SEEN] = s[COMMITS];
            put(n, mask, s[CLOCK], s[COMMITS], w + 1);
            to.step(n, w, "stores what it reads of its own writes", null);
        }
    }

    private static int pending(byte[] s, int mask) {
        int pending = 0;
        for (int t = 0; t < TABLES; t++) if (touches(mask, t)) pending += s[INTENTS + t];
        return pending;
    }

    private static void put(byte[] s, int query, int stamp, int content, int own) {
        int e = ENTRY + query * ENTRY_SIZE;
        s[e + OF_INCARNATION] = s[INCARNATION];
        s[e + STAMP] = (byte) stamp;
        s[e + CONTENT] = (byte) content;
        s[e + OWN] = (byte) own;
    }

    private void commit(byte[] s, int w, int p, Steps to) {
        int afterwards = has(Defect.NO_INVALIDATION) || has(Defect.BUMP_BEFORE_COMMIT_ONLY) ? DONE : TO_BUMP;
        byte[] done = s.clone();
        takeEffect(done, w);
        done[p + AT] = (byte) afterwards;
        if (afterwards == DONE) done[p + ACKNOWLEDGED] = 1;
        to.step(done, w, "COMMIT takes effect", null);
        if (configuration.may(Happening.ROLLBACK)) {
            byte[] refused = s.clone();
            release(refused, w);
            refused[p + AT] = (byte) (hasIntents() ? TO_ABANDON : DONE);
            to.step(refused, w, "COMMIT is definitely refused", null);
        }
        if (configuration.may(Happening.DOUBT)) {
            byte[] doubt = s.clone();
            doubt[p + SERVER] = UNDECIDED;
            doubt[p + AT] = (byte)
                    (has(Defect.DOUBT_BUMPED_AT_ONCE) ? TO_BUMP : has(Defect.DOUBT_ABANDONED) ? TO_ABANDON : IN_DOUBT);
            // Nobody is told that it has committed.
            doubt[p + ACKNOWLEDGED] = 2;
            to.step(doubt, w, "COMMIT throws", null);
        }
    }

    private static byte[] takeEffect(byte[] s, int w) {
        s[HISTORY + s[COMMITS]] = (byte) w;
        s[COMMITS]++;
        release(s, w);
        return s;
    }

    private void serverSteps(byte[] s, int w, Steps to) {
        byte[] done = takeEffect(s.clone(), w);
        done[writer(w) + SERVER] = 0;
        to.step(done, w, "the server finishes its COMMIT", null);
        byte[] undone = s.clone();
        release(undone, w);
        undone[writer(w) + SERVER] = 0;
        to.step(undone, w, "the server undoes its transaction", null);
    }

    private void bump(byte[] s, int w, int p, int mask, Steps to, int then) {
        int t = next(mask, s[p + INDEX]);
        if (has(Defect.ISSUED_AND_WRITTEN_APART) && s[p + ISSUED] == 0) {
            byte[] n = s.clone();
            n[CLOCK]++;
            n[p + ISSUED] = n[CLOCK];
            to.step(n, w, "is issued a number", null);
            return;
        }
        byte[] n = s.clone();
        int number = s[p + ISSUED];
        if (number == 0) {
            n[CLOCK]++;
            number = n[CLOCK];
        }
        n[p + ISSUED] = 0;
        n[GENERATION + t] = (byte) number;
        if (hasIntents() && s[p + EXPIRED] == 0)
            n[INTENTS + t] = (byte) (has(Defect.INTENT_AS_FLAG) ? 0 : s[INTENTS + t] - 1);
        advance(n, p, mask, t, then);
        if (n[p + AT] == DONE && n[p + ACKNOWLEDGED] == 0) n[p + ACKNOWLEDGED] = 1;
        to.step(n, w, t == 0 ? "bumps a" : "bumps b", null);
    }

    private void abandon(byte[] s, int w, int p, int mask, Steps to) {
        int t = next(mask, s[p + INDEX]);
        byte[] n = s.clone();
        if (s[p + EXPIRED] == 0) n[INTENTS + t] = (byte) (has(Defect.INTENT_AS_FLAG) ? 0 : s[INTENTS + t] - 1);
        advance(n, p, mask, t, DONE);
        to.step(n, w, "abandons its intent", null);
    }

    private void expire(byte[] s, int w, int p, int mask, Steps to) {
        if (!has(Defect.INTENT_EXPIRES) || s[p + EXPIRED] != 0 || s[p + INDEX] != 0) return;
        byte[] n = s.clone();
        for (int t = 0; t < TABLES; t++) if (touches(mask, t)) n[INTENTS + t]--;
        n[p + EXPIRED] = 1;
        to.step(n, w, "loses its intents to a timer", null);
        if (s[p + AT] != IN_DOUBT) return;
        byte[] dead = n.clone();
        dead[p + AT] = DONE;
        to.step(dead, w, "is dead, and loses its intents to a timer", null);
    }

    private void publish(byte[] s, int w, int p, int mask, Steps to) {
        byte[] n = s.clone();
        n[p + AT] = DONE;
        if (n[p + ACKNOWLEDGED] == 0) n[p + ACKNOWLEDGED] = 1;
        if (s[p + SEEN] != NONE && pending(s, mask) == 0)
            for (int q = 1; q < PART; q++)
                if ((q & mask) != 0 && pending(s, q) == 0) put(n, q, s[CLOCK], s[p + SEEN], w + 1);
        to.step(n, w, "publishes what it read of its own writes", null);
    }

    /** The process dies. What was sent is decided by the server before the next process begins, as is assumed. */
    private void crash(byte[] s, Steps to) {
        byte[] n = s.clone();
        n[CRASHED] = 1;
        n[CLOCK] = 0;
        if (!has(Defect.NO_NEW_INCARNATION)) n[INCARNATION]++;
        for (int t = 0; t < TABLES; t++) {
            n[GENERATION + t] = 0;
            n[INTENTS + t] = 0;
        }
        int undecided = 0;
        for (int w = 0; w < writers.size(); w++) {
            int p = writer(w);
            boolean isSent = s[p + AT] == TO_COMMIT || s[p + SERVER] == UNDECIDED;
            if (isSent) undecided |= 1 << w;
            else if (s[p + AT] == TO_WRITE) continue;
            else if (s[p + AT] == WROTE || s[p + AT] == TO_BUMP_EARLY) release(n, w);
            n[p + AT] = DONE;
            n[p + INDEX] = 0;
        }
        for (int r = 0; r < readers.size(); r++)
            if (s[reader(r) + AT] != TO_BEGIN || s[reader(r) + READ] > 0) n[reader(r) + AT] = DONE;
        for (int r = 0; r < readers.size(); r++) n[reader(r) + LEADS] = 0;
        for (int done = undecided; ; done = (done - 1) & undecided) {
            byte[] outcome = n.clone();
            for (int w = 0; w < writers.size(); w++) {
                if ((undecided >> w & 1) == 0) continue;
                if (has(Defect.COMMIT_OUTLIVES_RESTART)) outcome[writer(w) + SERVER] = UNDECIDED;
                else {
                    outcome[writer(w) + SERVER] = 0;
                    if ((done >> w & 1) == 1) takeEffect(outcome, w);
                    else release(outcome, w);
                }
            }
            to.step(outcome, writers.size() + readers.size(), "ends the process and begins another", null);
            if (done == 0) break;
        }
    }

    // Readers.

    private boolean readerSteps(byte[] s, int r, Steps to) {
        int p = reader(r);
        Reader reader = readers.get(r);
        int actor = writers.size() + r;
        if (s[p + AT] == DONE) return true;
        int query = reader.queries().get(s[p + READ]);
        switch (s[p + AT]) {
            case TO_BEGIN -> {
                byte[] n = s.clone();
                n[p + BEGAN] = s[COMMITS];
                n[p + KNOWN] = acknowledged(s);
                n[p + AT] = TO_GET;
                n[p + INDEX] = 0;
                n[p + HIGHEST] = 0;
                n[p + RECORDS] = 0;
                to.step(n, actor, "begins to read", null);
            }
            case TO_GET -> get(s, p, query, actor, to);
            case TO_LOOK -> look(s, p, query, actor, to);
            case TO_NOTE_AGAIN -> {
                byte[] n = s.clone();
                n[p + AGAIN] = s[CLOCK];
                n[p + AT] = TO_LOOK_AGAIN;
                to.step(n, actor, "notes the clock to look again", null);
            }
            case TO_LOOK_AGAIN -> lookAgain(s, p, query, actor, to);
            case TO_CAPTURE -> capture(s, p, query, actor, to);
            case TO_FLY -> fly(s, r, p, query, actor, to);
            case TO_NOTE_SINCE -> {
                byte[] n = s.clone();
                n[p + SINCE] = s[CLOCK];
                n[p + RECORDS] = 1;
                n[p + AT] = (byte) beforeSql(s, p);
                to.step(n, actor, "notes the clock before its SQL", null);
            }
            case TO_NOTE_CLOCK -> {
                byte[] n = s.clone();
                n[p + SNAPSHOT_CLOCK] = s[CLOCK];
                if (has(Defect.CLOCK_AFTER_SNAPSHOT)) answered(n, p, reader, query, actor, to);
                else {
                    n[p + AT] = TO_SEND;
                    to.step(n, actor, "notes the clock", null);
                }
            }
            case TO_SEND -> send(s, p, reader, query, actor, to);
            case TO_VALIDATE -> validate(s, p, reader, query, actor, to);
            case TO_NOTE_LATE -> {
                byte[] n = s.clone();
                n[p + SINCE] = s[CLOCK];
                n[p + AT] = TO_VALIDATE;
                to.step(n, actor, "notes the clock after its SQL", null);
            }
            case TO_EXTEND_LATE -> {
                byte[] n = s.clone();
                extend(n, p, query, s[CLOCK]);
                serve(n, p, query, actor, to);
            }
            case TO_PUT -> {
                byte[] n = s.clone();
                put(n, query, until(s, p, s[p + SINCE]), s[p + GOT], s[p + GOT_OWN]);
                n[p + LEADS] = 0;
                deliver(n, p, reader, query, actor, "stores and answers", to);
            }
            case WAITING -> await(s, r, p, reader, query, actor, to);
            default -> throw new IllegalStateException();
        }
        return false;
    }

    private byte acknowledged(byte[] s) {
        int all = 0;
        for (int w = 0; w < writers.size(); w++) if (s[writer(w) + ACKNOWLEDGED] == 1) all |= 1 << w;
        return (byte) all;
    }

    /** The cells that a query captures before its SQL. */
    private static int captured(int query) {
        return switch (query) {
            case PART -> 2;
            case LATE_PART -> 1;
            default -> query;
        };
    }

    /** The cells of the tables whose extents a result has. */
    private static int tables(int query) {
        return query < PART ? query : 1;
    }

    /** The tables that make a difference to what a query answers. */
    private static int content(int query) {
        return query < PART ? query : 2;
    }

    private static boolean stands(byte[] s, int t, int since) {
        return s[INTENTS + t] == 0 && s[GENERATION + t] <= since;
    }

    private boolean isRuled(int p) {
        return readers.get((p - firstReader) / READER_SIZE).isSnapshot() && !has(Defect.SNAPSHOT_AS_READ_COMMITTED);
    }

    private int until(byte[] s, int p, int clock) {
        return isRuled(p) && s[p + SNAPSHOT] != NONE ? Math.min(clock, s[p + SNAPSHOT_CLOCK]) : clock;
    }

    private void get(byte[] s, int p, int query, int actor, Steps to) {
        int e = ENTRY + query * ENTRY_SIZE;
        boolean mayBeServed = !isRuled(p) || s[p + SNAPSHOT] != NONE || has(Defect.SERVED_BEFORE_SNAPSHOT);
        byte[] n = s.clone();
        if (!mayBeServed || s[e + STAMP] == NONE || s[e + OF_INCARNATION] != s[INCARNATION]) {
            toMiss(n, p);
            to.step(n, actor, "has nothing to look at", null);
            return;
        }
        n[p + GOT] = s[e + CONTENT];
        n[p + GOT_OWN] = s[e + OWN];
        n[p + CAPTURED] = s[e + STAMP];
        n[p + SINCE] = (byte) until(s, p, s[e + STAMP]);
        n[p + AT] = TO_LOOK;
        to.step(n, actor, "gets an entry", null);
    }

    private static void toMiss(byte[] n, int p) {
        n[p + AT] = (byte) (n[p + WAITED] == 1 ? TO_NOTE_SINCE : TO_CAPTURE);
        n[p + INDEX] = 0;
        n[p + AT_PART] = 0;
        n[p + AGAIN] = 0;
        n[p + SINCE] = 0;
        n[p + CAPTURED] = 0;
        n[p + GOT] = 0;
        n[p + GOT_OWN] = 0;
    }

    private void look(byte[] s, int p, int query, int actor, Steps to) {
        int t = next(tables(query), s[p + INDEX]);
        byte[] n = s.clone();
        if (!stands(s, t, s[p + SINCE])) {
            n[p + INDEX] = 0;
            n[p + AT] = TO_NOTE_AGAIN;
            to.step(n, actor, "finds a table changed", null);
            return;
        }
        advance(n, p, tables(query), t, TO_PUT);
        if (n[p + AT] == TO_PUT) serve(n, p, query, actor, to);
        else to.step(n, actor, "finds a table as it was", null);
    }

    /** Each table, and if it has changed its part. What stands is exact until the clock that was noted before. */
    private void lookAgain(byte[] s, int p, int query, int actor, Steps to) {
        byte[] n = s.clone();
        Boolean stands = extent(s, n, p, query);
        if (stands == null) to.step(n, actor, "finds the table changed", null);
        else if (!stands) {
            toMiss(n, p);
            to.step(n, actor, "finds its entry changed", null);
        } else {
            advance(n, p, tables(query), s[p + INDEX], TO_PUT);
            if (n[p + AT] != TO_PUT) {
                to.step(n, actor, "finds a table as it was", null);
                return;
            }
            if (has(Defect.EXTENDED_TO_A_LATE_CLOCK)) {
                n[p + AT] = TO_EXTEND_LATE;
                to.step(n, actor, "finds its entry as it was", null);
                return;
            }
            extend(n, p, query, s[p + AGAIN]);
            serve(n, p, query, actor, to);
        }
    }

    private static void extend(byte[] n, int p, int query, int later) {
        int e = ENTRY + query * ENTRY_SIZE;
        boolean isSame = n[e + STAMP] == n[p + CAPTURED] && n[e + CONTENT] == n[p + GOT];
        if (isSame && later > n[e + STAMP]) n[e + STAMP] = (byte) later;
    }

    /** Whether the extent at hand stands; {@code null} if its part is to be looked at next. */
    private Boolean extent(byte[] s, byte[] n, int p, int query) {
        int t = next(tables(query), s[p + INDEX]);
        n[p + INDEX] = (byte) t;
        int since = until(s, p, s[p + SINCE]);
        if (s[p + AT_PART] == 1) {
            n[p + AT_PART] = 0;
            return stands(s, 1, since);
        }
        if (stands(s, t, since)) return true;
        if (query < PART) return false;
        n[p + AT_PART] = 1;
        return null;
    }

    private void capture(byte[] s, int p, int query, int actor, Steps to) {
        int mask = captured(query);
        int t = next(mask, s[p + INDEX]);
        byte[] n = s.clone();
        if (s[INTENTS + t] > 0) {
            n[p + INDEX] = 0;
            n[p + AT] = (byte) beforeSql(s, p);
            to.step(n, actor, "meets an intent and bypasses", null);
            return;
        }
        n[p + HIGHEST] = (byte) Math.max(s[p + HIGHEST], s[GENERATION + t]);
        advance(n, p, mask, t, TO_FLY);
        if (n[p + AT] == TO_FLY) n[p + CAPTURED] = n[p + HIGHEST];
        to.step(n, actor, "captures a cell", null);
    }

    /** The clock is noted before the first statement of a snapshot transaction only. */
    private int beforeSql(byte[] s, int p) {
        boolean isFirst = readers.get((p - firstReader) / READER_SIZE).isSnapshot() && s[p + SNAPSHOT] == NONE;
        return isFirst && !has(Defect.CLOCK_AFTER_SNAPSHOT) ? TO_NOTE_CLOCK : TO_SEND;
    }

    private void fly(byte[] s, int r, int p, int query, int actor, Steps to) {
        byte[] n = s.clone();
        if (isRuled(p) && s[p + SNAPSHOT] != NONE && s[p + CAPTURED] > s[p + SNAPSHOT_CLOCK]) {
            n[p + AT] = TO_SEND;
            to.step(n, actor, "finds the stamp too new for its snapshot", null);
            return;
        }
        if (!readers.get(r).isSnapshot()) {
            if (leader(s, r, query, s[p + CAPTURED]) >= 0) {
                n[p + AT] = WAITING;
                to.step(n, actor, "joins a flight", null);
                return;
            }
            n[p + LEADS] = 1;
        }
        n[p + AT] = TO_NOTE_SINCE;
        to.step(n, actor, "finds nothing", null);
    }

    private void serve(byte[] n, int p, int query, int actor, Steps to) {
        Reader reader = readers.get((p - firstReader) / READER_SIZE);
        if (reader.isSnapshot() && n[p + SNAPSHOT] == NONE) n[p + SERVED] = n[p + GOT];
        deliver(n, p, reader, query, actor, "is served", to);
    }

    /** The other reader who leads a flight that this one may join. */
    private int leader(byte[] s, int r, int query, int stamp) {
        for (int o = 0; o < readers.size(); o++) {
            int p = reader(o);
            if (o == r || s[p + LEADS] == 0 || s[p + AT] == DONE) continue;
            if (readers.get(o).queries().get(s[p + READ]) != query) continue;
            if (s[p + CAPTURED] == stamp || has(Defect.FLIGHT_BY_QUERY)) return o;
        }
        return NONE;
    }

    private void await(byte[] s, int r, int p, Reader reader, int query, int actor, Steps to) {
        int leader = leader(s, r, query, s[p + CAPTURED]);
        if (has(Defect.FLIGHT_BY_QUERY) && leader >= 0) {
            if (s[reader(leader) + AT] < TO_VALIDATE || s[reader(leader) + AT] == WAITING) return;
            byte[] n = s.clone();
            n[p + GOT] = s[reader(leader) + GOT];
            n[p + GOT_OWN] = s[reader(leader) + GOT_OWN];
            deliver(n, p, reader, query, actor, "is handed the leader's rows", to);
            return;
        }
        // The leader has landed, or the wait is over: one more look into the store, then the database.
        byte[] n = s.clone();
        n[p + WAITED] = 1;
        n[p + AT] = TO_GET;
        to.step(n, actor, "has waited", null);
    }

    private void send(byte[] s, int p, Reader reader, int query, int actor, Steps to) {
        byte[] n = s.clone();
        Violation violation = null;
        boolean isClockDue = false;
        if (reader.isSnapshot()) {
            if (s[p + SNAPSHOT] == NONE) {
                n[p + SNAPSHOT] = s[COMMITS];
                isClockDue = has(Defect.CLOCK_AFTER_SNAPSHOT);
                if (s[p + SERVED] != NONE
                        && !isSame(
                                s,
                                s[p + SERVED],
                                0,
                                s[COMMITS],
                                reader.queries().get(0))) violation = Violation.SNAP;
            }
            n[p + GOT] = n[p + SNAPSHOT];
        } else n[p + GOT] = s[COMMITS];
        n[p + GOT_OWN] = 0;
        if (violation != null) {
            to.step(n, actor, "its snapshot is taken", violation);
            return;
        }
        if (isClockDue) {
            n[p + AT] = TO_NOTE_CLOCK;
            to.step(n, actor, "runs its SQL", null);
            return;
        }
        answered(n, p, reader, query, actor, to);
    }

    private void answered(byte[] n, int p, Reader reader, int query, int actor, Steps to) {
        if (n[p + RECORDS] == 0) {
            deliver(n, p, reader, query, actor, "asks the database", to);
            return;
        }
        n[p + INDEX] = 0;
        n[p + HIGHEST] = 0;
        n[p + AT] =
                (byte) (has(Defect.STAMP_AFTER_SQL) ? TO_NOTE_LATE : has(Defect.NO_VALIDATION) ? TO_PUT : TO_VALIDATE);
        to.step(n, actor, "runs its SQL", null);
    }

    private void validate(byte[] s, int p, Reader reader, int query, int actor, Steps to) {
        byte[] n = s.clone();
        Boolean stands = extent(s, n, p, query);
        if (stands != null && !stands) {
            n[p + LEADS] = 0;
            deliver(n, p, reader, query, actor, "finds a change and does not store", to);
            return;
        }
        if (stands != null) advance(n, p, tables(query), n[p + INDEX], TO_PUT);
        to.step(n, actor, "validates a cell", null);
    }

    private void deliver(byte[] n, int p, Reader reader, int query, int actor, String action, Steps to) {
        Violation violation = violation(n, p, reader, query);
        n[p + LEADS] = 0;
        n[p + READ]++;
        n[p + AT] = (byte) (n[p + READ] == reader.queries().size() ? DONE : TO_BEGIN);
        n[p + INDEX] = 0;
        n[p + HIGHEST] = 0;
        n[p + CAPTURED] = 0;
        n[p + RECORDS] = 0;
        n[p + SINCE] = 0;
        n[p + AGAIN] = 0;
        n[p + AT_PART] = 0;
        n[p + WAITED] = 0;
        int got = n[p + GOT];
        int own = n[p + GOT_OWN];
        n[p + GOT] = 0;
        n[p + GOT_OWN] = 0;
        n[p + BEGAN] = 0;
        n[p + KNOWN] = 0;
        if (n[p + AT] == DONE) {
            n[p + SNAPSHOT] = NONE;
            n[p + SNAPSHOT_CLOCK] = 0;
            n[p + SERVED] = NONE;
        }
        to.step(n, actor, action + " (" + got + (own > 0 ? " and writer " + own : "") + ")", violation);
    }

    private Violation violation(byte[] s, int p, Reader reader, int query) {
        int got = s[p + GOT];
        int own = s[p + GOT_OWN];
        if (reader.isSnapshot() && s[p + SNAPSHOT] != NONE) {
            if (!isSame(s, got, own, s[p + SNAPSHOT], query)) return Violation.SNAP;
            // An older snapshot is right, unless it was taken by this very read.
            if (s[p + READ] > 0) return null;
        }
        for (int i = s[p + BEGAN]; i <= s[COMMITS]; i++) if (isSame(s, got, own, i, query)) return null;
        for (int t = 0; t < TABLES; t++) {
            if (!touches(content(query), t)) continue;
            int known = 0;
            for (int w = 0; w < writers.size(); w++)
                if ((s[p + KNOWN] >> w & 1) == 1 && touches(writers.get(w), t)) known++;
            if (version(s, got, own, t) < known) return Violation.G1;
        }
        for (int t = 0; t < TABLES; t++)
            if (touches(content(query), t) && version(s, got, own, t) < version(s, s[p + BEGAN], 0, t))
                return Violation.G2;
        return Violation.NEVER_COMMITTED;
    }

    private boolean isSame(byte[] s, int content, int own, int other, int query) {
        for (int t = 0; t < TABLES; t++)
            if (touches(content(query), t) && version(s, content, own, t) != version(s, other, 0, t)) return false;
        return true;
    }

    /** How often a table had been written after so many commits, and by a writer of its own besides. */
    private int version(byte[] s, int commits, int own, int table) {
        int version = own > 0 && touches(writers.get(own - 1), table) ? 1 : 0;
        for (int i = 0; i < commits; i++) if (touches(writers.get(s[HISTORY + i]), table)) version++;
        return version;
    }

    /** Whether somebody who asked now, with nobody else under way, would be served what the database does not hold. */
    private boolean isPoisoned(byte[] s) {
        for (int q = 1; q < QUERIES; q++) {
            int e = ENTRY + q * ENTRY_SIZE;
            if (s[e + STAMP] != NONE
                    && s[e + OF_INCARNATION] == s[INCARNATION]
                    && stands(s, q)
                    && !isSame(s, s[e + CONTENT], s[e + OWN], s[COMMITS], q)) return true;
        }
        return false;
    }

    private static boolean stands(byte[] s, int query) {
        int since = s[ENTRY + query * ENTRY_SIZE + STAMP];
        if (query >= PART) return stands(s, 0, since) || stands(s, 1, since);
        for (int t = 0; t < TABLES; t++) if (touches(query, t) && !stands(s, t, since)) return false;
        return true;
    }
}
