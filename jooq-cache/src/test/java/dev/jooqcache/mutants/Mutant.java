package dev.jooqcache.mutants;

import dev.jooqcache.testing.Database;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Defects put into the library, one at a time: a rule of the protocol that is left out, or a mistake that another cache
 * has made.
 */
enum Mutant {
    // P1

    STAMP_AFTER_THE_SQL(
            "P1",
            "the stamp is taken after the SQL",
            "races.ForcedRacesTest#write_whileAReadIsInFlight_isNotHiddenByIt",
            inListener(
                    "current.queryExecuted();",
                    "since = Stamp.of(captured.incarnation(), engine.generations.now()); current.queryExecuted();")),

    // P2

    NO_INVALIDATION(
            "P2",
            "a commit is not noted at all",
            "races.ProtocolTest#read_afterCommitReturned_seesItAndIsCachedAgain",
            inSession("throw e; } write.committed(); return result;", "throw e; } write.abandoned(); return result;")),
    BUMP_BEFORE_COMMIT(
            "P2",
            "bump before commit",
            "races.ProtocolTest#read_justBeforeCommit_leavesNothingBehind",
            inSession(
                    "PendingWrite write = announceWritten(); if",
                    "PendingWrite write = announceWritten(); write.committed(); if")),
    BUMP_AFTER_COMMIT_ONLY(
            "P2",
            "bump after commit without intents",
            "races.ForcedRacesTest#read_betweenCommitAndBump_isNotServedThePast",
            inStore("if (mark(marked[i])) continue;", "if (true) continue;"),
            inStore("((before & INTENT_MASK) - 1)", "(before & INTENT_MASK)"),
            inStore("for (int cell : settle(intent)) cells.decrementAndGet(cell);", "settle(intent);")),
    BUMP_ON_BOTH_SIDES(
            "P2",
            "bump before and after commit without intents",
            "races.ProtocolTest#reads_allAlongACommit_areNeverBehind",
            inStore("if (mark(marked[i])) continue;", "bump(marked[i]); if (true) continue;"),
            inStore("((before & INTENT_MASK) - 1)", "(before & INTENT_MASK)"),
            inStore("for (int cell : settle(intent)) cells.decrementAndGet(cell);", "settle(intent);")),
    COMMIT_BY_ANOTHER_NAME(
            "P2",
            "setAutoCommit(true) is not taken for a commit",
            "races.ProtocolTest#commitBySetAutoCommit_isSeen",
            inSession(
                    "sendCommit(() -> { switchOn(call); return true; });",
                    "rollback(() -> { switchOn(call); return true; });")),
    SWITCHING_ON_TAKEN_FOR_A_COMMIT(
            "P2",
            "switching autocommit on ends what code or a chained COMMIT has begun while it was on",
            "writes.CodeInTransactionTest#autoCommitSwitchedOn_endsNothingThatWasBegunUnderIt",
            EnumSet.of(Database.MARIADB),
            inSession("if (tells ? !isOutside() : isOnBelow) return;", "if (isOnBelow) return;")),

    // P3

    INTENTS_AS_FLAGS(
            "P3",
            "an intent is a flag, which the first finisher clears",
            "races.ForcedRacesTest#intents_ofTwoWriters_areNotEndedByTheFirst",
            inStore("compareAndSet(cell, before, before + 1)", "compareAndSet(cell, before, before | 1)"),
            inStore("((before & INTENT_MASK) - 1)", "0")),
    INTENTS_OF_A_ROLLBACK_STAY(
            "P3",
            "a definite rollback leaves its intents",
            "races.ProtocolTest#commitThatIsRolledBackForCertain_leavesNoIntent",
            inSession("if (isDefiniteRollback(e)) write.abandoned();", "if (isDefiniteRollback(e)) failed = true;")),

    // P4

    NO_VALIDATION(
            "P4",
            "no validation, neither before the put nor before an entry is served",
            "races.ForcedRacesTest#write_whileAReadIsInFlight_isNotHiddenByIt",
            inGenerations(
                    "return now.isWithin(since) ? Standing.STANDS : Standing.CHANGED;", "return Standing.STANDS;")),
    EXTENDED_TO_A_LATE_CLOCK(
            "P4",
            "what stands is taken to be exact until the clock after the looks",
            "internal.generation.GenerationsTest#exactUntil_writeDuringTheLook_isNotOvertaken",
            EnumSet.of(Database.H2),
            inGenerations(
                    "Standing.STANDS ? Stamp.of(since.incarnation(), clock) : null",
                    "Standing.STANDS ? Stamp.of(since.incarnation(), now()) : null")),

    // P5

    AUTOCOMMIT_WITHOUT_INTENT(
            "P5",
            "an autocommit write is announced when it has been done",
            "races.ProtocolTest#reads_allAlongAnAutocommitWrite_areNeverBehind",
            inSession("return bracket(source.schemas().announce(tags, version, Change.DATA), call);", """
                    T result = send(call);
                    source.schemas().announce(tags, version, Change.DATA).committed();
                    return result;""")),
    FAILED_WRITE_IGNORED(
            "P5",
            "an autocommit write that failed is taken for nothing",
            "races.ProtocolTest#autocommitWrite_thatChangesRowsAndFails_isSeen",
            inSession("if (isAnswerOfServer(e)) write.committed();", "if (isAnswerOfServer(e)) write.abandoned();")),
    AUTOCOMMIT_AS_THE_POOL_REMEMBERS_IT(
            "P5",
            "autocommit that the end of a BEGIN has turned on is taken for off",
            "transactions.PoolTest#begin_withAutocommitOff_thenCommit_hidesNothing",
            EnumSet.of(Database.H2),
            inSession(
                    "boolean autoCommits = (OpenTransactions.tells(driver) ? driver : raw).getAutoCommit();",
                    "boolean autoCommits = raw.getAutoCommit();")),

    REMOTE_AUTOCOMMIT_TAKEN_FOR_KNOWN(
            "P5",
            "the driver's autocommit is believed although queries do not bring it along",
            "transactions.RemoteH2Test#transactionThatAQueryBegins_leftOpen_hidesNothing",
            EnumSet.of(Database.H2),
            new Edit(
                    "internal/transaction/OpenTransactions.java",
                    "if (isH2(physical.getClass().getName())) return !isRemoteH2(physical);",
                    "if (isH2(physical.getClass().getName())) return true;")),
    POOL_BELIEVED_AGAINST_ITS_DRIVER(
            "P5",
            "autocommit that the pool takes for off and its driver for on is taken for off",
            "transactions.RemoteH2Test#begin_withAutocommitOff_thenCommit_hidesNothing",
            EnumSet.of(Database.H2),
            inSession("if (!tells && isContradicted()) {", "if (false) {")),

    SWITCHING_ON_BELIEVED_OF_A_DRIVER_THAT_DOES_NOT_TELL(
            "P5",
            "switching autocommit on ends what the driver does not know of",
            "transactions.RemoteH2Test#autoCommitSwitchedOn_endsNothingThatTheDriverDoesNotKnow",
            EnumSet.of(Database.H2),
            inSession("if (tells ? !isOutside() : isOnBelow) return;", "if (tells && !isOutside()) return;")),
    TRANSACTION_BEGUN_BY_STREAMED_CODE(
            "P5",
            "a transaction of which the driver is told with the last results is not looked for then",
            "writes.CodeInTransactionTest#procedureWhoseRowsAreStreamed_beginsATransaction_isFresh",
            EnumSet.of(Database.MARIADB),
            inSession("if (!write.tags().isEmpty() && !isOutside()) {", "if (false) {")),

    // P6

    WRITE_NOTED_WHEN_IT_SUCCEEDED(
            "P6",
            "a transaction's write is noted when it has succeeded",
            "races.ProtocolTest#commit_ofAStatementThatChangedRowsAndFailed_isSeen",
            inSession(
                    "note(tags, version, Change.DATA);"
                            + " try { return failed && mayEndByFailure() ? bracket(tags, version, call) : send(call);",
                    "try { T result = send(call); note(tags, version, Change.DATA); return result;")),
    SAVEPOINT_TAKES_BACK(
            "P6",
            "rolling back to a savepoint forgets what was written",
            "races.ProtocolTest#commit_afterRollbackToSavepoint_isSeen",
            inSession(
                    "T result = call.run(); failed = false;",
                    "T result = call.run(); failed = false; written = Tags.none();")),

    // P7

    OWN_WRITES_SHARED(
            "P7",
            "reads of own writes are served from the cache and stored in it",
            "races.ProtocolTest#ownWrites_areReadAndNotShown",
            inSession("if (written().meets(tags)) return new Reading.Private(BypassReason.OWN_WRITE);", "")),
    OWN_WRITES_PUBLISHED(
            "P7",
            "own writes are published at commit",
            "races.ProtocolTest#ownWrites_areNotPublishedAtCommit",
            publishingAt("T result = sendCommit(call);", "T result = sendCommit(call); publish();")),
    ROLLBACK_PUBLISHES(
            "P7",
            "a rollback publishes",
            "races.ProtocolTest#ownWrites_areNotPublishedAtRollback",
            publishingAt(
                    "<T> T rollback(SqlCall<T> call) throws SQLException { look();"
                            + " long clock = source.generations().now(); T result = usingLevel(call);",
                    "<T> T rollback(SqlCall<T> call) throws SQLException { look();"
                            + " long clock = source.generations().now(); T result = usingLevel(call); publish();")),

    // P8

    READ_COMMITTED_PRIVATE(
            "P8",
            "transactions at READ COMMITTED share nothing",
            "races.ProtocolTest#readCommitted_ofWhatIsNotItsOwn_isSharedBothWays",
            inSession("case NEWEST -> Reading.SHARED;", "case NEWEST -> new Reading.Private(BypassReason.ISOLATION);")),

    // P9

    SNAPSHOT_AS_READ_COMMITTED(
            "P9",
            "snapshot reads are treated as READ COMMITTED",
            "races.ProtocolTest#snapshot_ofAnOlderState_isNeitherServedNorStored",
            inSession(
                    "case SNAPSHOT -> new Reading.Snapshot(clock, snapshotTaken);", "case SNAPSHOT -> Reading.SHARED;"),
            inSession(
                    "case SNAPSHOT_OF_EACH_TABLE -> new Reading.Snapshot(clock, false);",
                    "case SNAPSHOT_OF_EACH_TABLE -> Reading.SHARED;")),
    SNAPSHOT_SERVED_TOO_EARLY(
            "P9",
            "a snapshot that is not taken yet is served",
            "races.ProtocolTest#snapshot_thatIsNotTakenYet_isNotServed",
            inListener(
                    "hint.isRefresh() || isSnapshotOpen(reading)) return false;", "hint.isRefresh()) return false;")),
    SNAPSHOT_OF_ANY_QUERY(
            "P9",
            "MariaDB is believed to take its snapshot with any query",
            "transactions.UncertainSnapshotTest#queryThatReadsNoRow_takesNoSnapshot",
            EnumSet.of(Database.MARIADB),
            inSession("if (!isMysql()) snapshotTaken();", "snapshotTaken();")),
    SNAPSHOT_OF_ANY_ROW(
            "P9",
            "MariaDB is believed to take its snapshot with any row",
            "transactions.UncertainSnapshotTest#queryThatReadsNoRow_takesNoSnapshot",
            EnumSet.of(Database.MARIADB),
            inSession("if (matters && isOfTable.getAsBoolean()) snapshotTaken();", "if (matters) snapshotTaken();")),
    SNAPSHOT_KEPT_BY_A_SAVEPOINT(
            "P9",
            "a snapshot taken after a savepoint is believed to outlive the rollback to it on MariaDB",
            "transactions.UncertainSnapshotTest#rollbackToASavepointBeforeTheSnapshot_takesItBack",
            EnumSet.of(Database.MARIADB),
            inSession("if (isMysql()) snapshotEnded();", "")),
    SNAPSHOT_OF_AN_EARLIER_ROW(
            "P9",
            "a row of a cursor that was opened before is taken for one of this snapshot",
            "transactions.UncertainSnapshotTest#rowOfAnEarlierCursor_takesNoSnapshot",
            EnumSet.of(Database.MARIADB),
            inSession("boolean matters = executedIn == snapshot && isMysql()", "boolean matters = isMysql()")),
    CLOCK_AFTER_THE_SNAPSHOT(
            "P9",
            "the clock is noted after the statement that takes the snapshot",
            "races.ProtocolTest#snapshot_takenByAStatementDuringWhichOthersCommit_isNotTakenForNewer",
            inSession("statementSent = true; try { return call.run(); }", """
                    boolean first = !statementSent;
                    statementSent = true;
                    try {
                        T result = call.run();
                        if (first) snapshotClock = source.generations().now();
                        return result;
                    }""")),
    SNAPSHOT_OF_THE_LAST_ROW(
            "P9",
            "rows are taken for those of the transaction in which the last of them is read",
            "races.ProtocolTest#rowsOfSnapshot_readAfterItsEnd_areNotTakenForNewer",
            inListener("noted.until(Math.min(clock(executed), clock(reading)))", "noted.until(clock(reading))")),

    // P10

    SERIALIZABLE_AS_READ_COMMITTED(
            "P10",
            "SERIALIZABLE is treated as READ COMMITTED",
            "races.ProtocolTest#serializable_isNeverServed",
            inIsolation(
                    "case Connection.TRANSACTION_READ_COMMITTED -> NEWEST;",
                    "case Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_SERIALIZABLE -> NEWEST;")),
    POOLS_OWN_STATEMENTS_IGNORED(
            "P10",
            "what a pool executes by itself on a new connection sets no level for the next transaction",
            "sources.PoolStatementTest#settingMadeAfterTracking_counts",
            EnumSet.of(Database.MARIADB),
            new Edit(
                    "internal/transaction/TrackedSource.java",
                    "else if (unseen.maySetLevelOnce(this, physical)) nextIsolationVaries(raw);",
                    "")),
    LEVEL_OF_THE_NEXT_TRANSACTION_IGNORED(
            "P10",
            "a level that is set for the next transaction alone is not known of after the return",
            "transactions.NextIsolationTest#levelThatAStatementSets_isNotTakenForTheSessions",
            EnumSet.of(Database.MARIADB),
            inSession("return !nextIsolationUsed && source.mayNextIsolationVary(raw);", "return false;")),
    LEVEL_USED_BY_ANY_COMMIT(
            "P10",
            "a commit of nothing uses up the level of the next transaction",
            "transactions.NextIsolationTest#levelThatIsNotUsedYet_standsForTheNextTransaction",
            EnumSet.of(Database.MARIADB),
            inSession(
                    "mayNextIsolationVary() && OpenTransactions.isSeenByServer(physical());",
                    "mayNextIsolationVary();")),
    LEVEL_OF_THE_SESSION_TAKEN_FOR_THAT_OF_A_CHAIN(
            "P10",
            "a level that JDBC sets within a transaction is taken for that of one chained to it",
            "transactions.NextIsolationTest#levelOfTheSessionThatIsSetWithinATransaction_isNotYetThatOfTheNext",
            EnumSet.of(Database.MARIADB),
            inSession("if (isUnderWay) setNextIsolation();", "")),
    STATUS_BELIEVED_WHILE_ROWS_ARE_STREAMED(
            "P10",
            "a level that is set while rows are streamed counts for the next statement",
            "transactions.NextIsolationTest#levelOfTheSessionThatIsSetWhileRowsAreStreamed_isNotYetThatOfTheNext",
            EnumSet.of(Database.MARIADB),
            inSession("((isMysql() && statementSent) || !OpenTransactions", "(!OpenTransactions")),
    LEVEL_OF_A_CHAIN_FORGOTTEN_AT_THE_RETURN(
            "P10",
            "a transaction that is open at the check-out is taken for one of the session's level",
            "transactions.NextIsolationTest#transactionThatIsChainedBeyondTheReturn_keepsItsLevel",
            EnumSet.of(Database.MARIADB),
            inSession("else if (source.globalTransaction() == null) setNextIsolation();", "")),
    LEVEL_USED_BEFORE_ITS_QUERY(
            "P10",
            "what the first query reads at a level that was set for it is kept",
            "transactions.NextIsolationTest#levelThatAStatementSets_isNotTakenForTheSessions",
            EnumSet.of(Database.MARIADB),
            inListener(
                    "if (willRecord) bypass(BypassReason.ISOLATION, \"\");", "if (willRecord) record(ctx, current);"),
            inListener(
                    "if (executed instanceof Reading.Private own) {",
                    "if (executed instanceof Reading.Private own && captured == null) {"),
            inListener("privacy(executed, before)", "privacy(reading, before)")),
    SETTING_OF_A_FAILED_QUERY_IGNORED(
            "session",
            "a limit that jOOQ raises for one query is taken for restored though the query failed",
            "writes.MariaDbTextsTest#settingsAroundAQuery_areNotAlwaysTakenBack",
            EnumSet.of(Database.MARIADB),
            inSession("case SETTING_FOR_QUERY -> sendWithSetting(call);", "case SETTING_FOR_QUERY -> send(call);")),
    SETTING_THAT_CODE_CHANGES_IGNORED(
            "session",
            "a limit that jOOQ raises is taken for restored though a function has set the variable",
            "writes.MariaDbTextsTest#settingsAroundAQuery_areNotAlwaysTakenBack",
            EnumSet.of(Database.MARIADB),
            in(
                    "internal/analysis/Resolution.java",
                    "boolean altersSession = setsAnotherWay();",
                    "boolean altersSession = false;")),
    ALTERED_SESSION_WITHOUT_AUTOCOMMIT_NOT_ASKED(
            "loss",
            "a pool without autocommit does not ask a session again on which a query with settings has failed",
            "writes.MariaDbTextsTest#poolWithoutAutoCommit_cachesAgainAfterAQueryThatFailed",
            EnumSet.of(Database.MARIADB),
            inSource("(!inspected || isToBeAsked(raw))", "(!inspected || isUnmet(raw))")),
    FOREIGN_KEYS_SHOWN_TO_ANOTHER_USER_IGNORED(
            "facts",
            "a foreign key that the writer's user is not shown is not followed, though a reader's is shown it",
            "writes.MariaDbPrivilegesTest#foreignKeyOfATableThatIsNotShown_isFollowed",
            EnumSet.of(Database.MARIADB),
            in(
                    "internal/analysis/Statements.java",
                    "mayHide && asked != null ? references.complete(asked) : asked;",
                    "asked;")),
    STORED_BEFORE_THE_WARNINGS_ARE_KNOWN(
            "F3",
            "a result is stored with its last row, before jOOQ has asked for its warnings",
            "fidelity.OtherGettersTest#fetch_withoutWarnings_hidesNoneFromFetchThatAsks",
            EnumSet.of(Database.MARIADB),
            inListener(
                    "store = () -> store(done, key, analyzed, stamp); return;", "store(done, key, analyzed, stamp);")),
    WARNINGS_OF_SILENT_EXECUTIONS_HIDDEN(
            "F3",
            "an execution that does not fetch warnings answers one that does",
            "fidelity.OtherGettersTest#fetch_withoutWarnings_hidesNoneFromFetchThatAsks",
            EnumSet.of(Database.MARIADB),
            in("internal/execute/Fingerprints.java", "read + UNASKED : read", "read : read")),
    BODY_SPLIT_AT_SEMICOLONS(
            "loss",
            "the END of a body counts as a commit, after which the session may be in a transaction",
            "writes.MariaDbTextsTest#createOfABody_endsWhatItHasBegun",
            EnumSet.of(Database.MARIADB),
            in(
                    "internal/analysis/StatementKind.java",
                    "if (!isMysql(dialect)) return false; boolean isBlock",
                    "if (true) return false; boolean isBlock")),
    SERIALIZABLE_AS_SNAPSHOT(
            "P10",
            "SERIALIZABLE is treated as a snapshot: write skew",
            "races.ProtocolTest#serializable_isNeverServed",
            EnumSet.of(Database.POSTGRESQL),
            inIsolation(
                    "case Connection.TRANSACTION_REPEATABLE_READ, Session.TRANSACTION_SNAPSHOT_H2 -> SNAPSHOT;",
                    "case Connection.TRANSACTION_REPEATABLE_READ, Session.TRANSACTION_SNAPSHOT_H2,"
                            + " Connection.TRANSACTION_SERIALIZABLE -> SNAPSHOT;")),
    READ_UNCOMMITTED_SHARED(
            "P10",
            "READ UNCOMMITTED is treated as READ COMMITTED",
            "races.ProtocolTest#readUncommitted_isNotStored",
            EnumSet.of(Database.H2),
            inIsolation(
                    "case Connection.TRANSACTION_READ_COMMITTED -> NEWEST;",
                    "case Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_READ_UNCOMMITTED -> NEWEST;")),

    // P11

    COMMIT_FAILURE_IGNORED(
            "P11",
            "a commit that threw is taken for a rollback",
            "races.ProtocolTest#commitThatThrows_andHasTakenEffect_isSeen",
            inSession(
                    "if (isDefiniteRollback(e)) write.abandoned(); else source.doubt(write, raw, physical());",
                    "write.abandoned();")),
    COMMIT_FAILURE_BUMPED_AT_ONCE(
            "P11",
            "a commit that threw is bumped in the exception handler",
            "races.ProtocolTest#commitThatThrows_andTakesEffectLater_isSeen",
            inSession(
                    "if (isDefiniteRollback(e)) write.abandoned(); else source.doubt(write, raw, physical());",
                    "if (isDefiniteRollback(e)) write.abandoned(); else write.committed();")),

    // P12

    COUNTERS_RESTART(
            "P12",
            "the counter begins again after 8 numbers",
            "races.ProtocolTest#generations_neverRepeat",
            inStore("long next = clock + 1;", "long next = clock % 8 + 1;")),
    NO_NEW_INCARNATION(
            "P12",
            "a store that may have lost something is not renewed",
            "races.ProtocolTest#storeThatLostItsNumbers_doesNotMakeOldResultsValid",
            inGenerations("store.renew();", "")),
    LOST_IS_UNCHANGED(
            "P12",
            "a generation that cannot be read is taken for unchanged",
            "races.ProtocolTest#generationsThatCannotBeRead_areNotTakenForUnchanged",
            inGenerations(
                    "return store.capture(tags);",
                    "Stamp stamp = store.capture(tags); known.put(tags, stamp); return stamp;"),
            inGenerations("failed(\"capture\", e); return null;", "failed(\"capture\", e); return known.get(tags);"),
            inGenerations("private volatile boolean suspect;", """
                    private volatile boolean suspect;
                    private final java.util.Map<Tags, Stamp> known = new java.util.concurrent.ConcurrentHashMap<>();
                    """)),
    UNANNOUNCED_IS_IGNORED(
            "P12",
            "a writer that could not announce itself is forgotten",
            "races.ProtocolTest#writeThatCouldNotBeAnnounced_isSeen",
            inGenerations("unannounced.incrementAndGet(); disturbed();", "unannounced.incrementAndGet();")),

    // P13

    INTENTS_EXPIRE(
            "P13",
            "an intent expires after 50 ms",
            "races.ProtocolTest#slowWriter_keepsItsIntents",
            inGenerations("return new Announcement(store.intent(tags), tags);", """
                    Announcement made = new Announcement(store.intent(tags), tags);
                    java.util.concurrent.CompletableFuture.delayedExecutor(
                            50, java.util.concurrent.TimeUnit.MILLISECONDS).execute(made::abandoned);
                    return made;""")),
    DOUBT_ENDS_BY_TIMER(
            "P13",
            "a commit in doubt is given up after the quarantine, though its server process lives",
            "races.ProtocolTest#commitInDoubt_whoseSessionLives_keepsItsIntents",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/transaction/CommitDoubts.java",
                    "if (asker == null || !doubt.canAskForProcess()) return isQuarantineOver(doubt);",
                    "if (isQuarantineOver(doubt)) return true; if (asker == null) return false;")),
    DOUBT_TRUSTS_A_PROXY(
            "P13",
            "a commit in doubt is asked for by a process id that a proxy has told",
            "races.ProtocolTest#commitInDoubt_behindAProxy_keepsItsIntents",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/transaction/CommitDoubts.java",
                    "boolean known = rows.getInt(1) == postgresProcess(PhysicalConnections.physical(connection));",
                    "boolean known = true;")),

    // P14

    UNKNOWN_EFFECT_IGNORED(
            "P14",
            "a statement of unknown effect touches nothing",
            "races.ProtocolTest#statementOfUnknownEffect_touchesEverything",
            inSession("announce(before.plus(Tags.everything()), version", "announce(before, version")),
    RESERVED_TAG_NOT_CARRIED(
            "P14",
            "queries do not depend on the reserved tag",
            "races.ProtocolTest#statementOfUnknownEffect_touchesEverything",
            in("spi/Tags.java", "return plus(EVERYTHING);", "return this;")),

    // P15

    TORN_READ(
            "P15",
            "all generations are read, then all intents",
            "races.ProtocolTest#capture_duringABump_isNotTorn",
            inStore(
                    "return (value & INTENT_MASK) == 0 ? value >>> INTENT_BITS : MARKED;",
                    "return value >>> INTENT_BITS;"),
            inStore("return Stamp.of(life, highest);", """
                    dev.jooqcache.races.Actor.reach("torn");
                    for (int i = 0; i < tags.size(); i++)
                        if ((cells.get(cellOf(tags, i)) & INTENT_MASK) != 0) return Stamp.PENDING;
                    return Stamp.of(life, highest);""")),
    MARK_REMOVED_FIRST(
            "P15",
            "the intent is removed before the number is written",
            "races.ProtocolTest#reads_allAlongAnAutocommitWrite_areNeverBehind",
            inStore("long next = clock + 1;", """
                    cells.decrementAndGet(cell);
                    dev.jooqcache.races.Actor.reach("unmarked");
                    long next = clock + 1;"""),
            inStore("((before & INTENT_MASK) - 1)", "(before & INTENT_MASK)")),
    NUMBER_WRITTEN_LATER(
            "P15",
            "a number is issued in one step and written in another",
            "races.ProtocolTest#number_isWrittenAsItIsIssued",
            inStore("clock = next; while (true) {", """
                    clock = next;
                    issuing.unlock();
                    dev.jooqcache.races.Actor.reach("issued");
                    issuing.lock();
                    while (true) {""")),

    // P16

    FLIGHT_WITHOUT_STAMP(
            "P16",
            "single flight is keyed without the stamp, and the leader's result handed on",
            "races.ProtocolTest#waiter_isNotHandedAnOlderResult",
            inFlights("Key key = new Key(fingerprint, stamp);", "Key key = new Key(fingerprint, Stamp.PENDING);"),
            inFlights("flights.get(new Key(fingerprint, stamp));", "flights.get(new Key(fingerprint, Stamp.PENDING));"),
            inFlights("void await(Fingerprint fingerprint, Stamp stamp, long nanos) {", """
                    dev.jooqcache.spi.CachedResult awaitResult(Fingerprint fingerprint, Stamp stamp, long nanos) {
                        Flight flight = flights.get(new Key(fingerprint, Stamp.PENDING));
                        await(fingerprint, stamp, nanos);
                        return flight == null ? null : flight.result;
                    }

                    void await(Fingerprint fingerprint, Stamp stamp, long nanos) {"""),
            inFlights(
                    "private volatile boolean slow;",
                    "private volatile boolean slow; volatile dev.jooqcache.spi.CachedResult result;"),
            inListener(
                    "engine.flights.await(key, now, wait); return engine.get(key, clock(reading));",
                    "return engine.flights.awaitResult(key, now, wait);"),
            inListener("if (done.cancelled() != null) bypass(done.cancelled(), \"\");", """
                    if (flight != null) flight.result = done.finish(
                        key.fingerprint(), noted, analyzed.plan().extents(key.binds(), done));
                    if (done.cancelled() != null) bypass(done.cancelled(), "");""")),
    TRANSACTIONS_WAIT(
            "P16",
            "a transaction waits for a leader",
            "races.ProtocolTest#transaction_doesNotWaitForALeader",
            inListener("if (session != null || !(reading", "if (!(reading")),

    // Prepared queries

    PREPARED_IN_TRANSACTIONS(
            "T1",
            "a prepared query is served without a look at the transaction",
            "prepared.CachedQueryTest#springTransaction_isPrivate",
            inPrepared("TrackedSource source = provider.outside();", "TrackedSource source = provider.source();")),
    ROWS_LEFT_UNREAD(
            "F3",
            "rows that a listener has skipped are stored without their values",
            "fidelity.ListenerQueryTest#fetch_listenerSkipsRows_isNotStored",
            in(
                    "internal/execute/Recording.java",
                    "if (accesses[i] != null && leftUnread[i]) cancel(BypassReason.RESULT_INCOMPLETE);",
                    "")),
    RESULT_SET_OF_A_LISTENER(
            "F3",
            "what a listener's own result set shows is stored for all",
            "fidelity.ListenerQueryTest#fetch_listenerSkipsRows_isNotStored",
            inListener("if (!isAsAnswered && !Unobserved.isSo(ctx.configuration(), engine)) {", "if (false) {")),
    RESULT_SET_OF_A_WRAPPER(
            "tags",
            "what a wrapper above the tracked data source shows is taken for the table's rows",
            "precision.ShownRowsTest#key_thatAWrapperChanges_isNotTakenForTheTables",
            in(
                    "internal/transaction/TrackedConnectionProvider.java",
                    "return inner instanceof TrackedResultSet;",
                    "return true;")),
    PREPARED_FOR_ANY_ARGUMENT(
            "K1",
            "a prepared query's text is taken to be the same for all arguments",
            "prepared.CachedQueryTest#argumentThatIsInlinedAsWell_staysWithJooq",
            inShortcut(
                    "if (argument >= 0 && !varied[argument] && !Objects.equals(binds[i], learnt.bind(i))) return null;",
                    ""),
            inPrepared("&& !parts.isInCustom()", "")),
    PREPARED_FOR_THE_COLUMNS_OF_THE_FIRST(
            "K1",
            "a prepared query's columns are those of its first execution",
            "prepared.PreparedAsJooqTest#columnsWithParameters_areThoseOfTheCall",
            inShortcut("&& Arrays.equals(result.fields(), fields)", "")),
    PREPARED_FOR_THE_COLUMNS_OF_THEN(
            "K1",
            "a prepared query's columns, which only the database tells, are those before DDL",
            "prepared.PreparedAsJooqTest#star_hasTheColumnThatWasAdded",
            inShortcut("if (query.fields().length != fields.length) return null;", "")),
    CONVERTED_WITHOUT_ITS_CONTEXT(
            "K1",
            "a key is of what a converter makes of a value anywhere, not in this configuration",
            "prepared.PreparedAsJooqTest#contextConverter_ofAKey_isNotStale",
            in(
                    "internal/execute/Conversion.java",
                    "contextual.to(value, new Conversion(configuration))",
                    "contextual.to(value)")),
    PREPARED_WITH_OTHERS_ROWS(
            "K1",
            "mapped rows are kept by the mapper alone",
            "prepared.CachedQueryTest#mapper_ofTwoQueries_isNotHandedTheOthersRows",
            inPrepared("mappings().of(owner)", "mappings().of(mapper)"),
            inPrepared("mappings().keep(owner, rows)", "mappings().keep(mapper, rows)")),
    PREPARED_PAST_LISTENERS(
            "K3",
            "listeners that could change the SQL are not asked",
            "prepared.CachedQueryTest#listeners_seeEveryExecution",
            inPrepared("Unobserved.isSo(configuration, engine) &&", "")),
    PREPARED_PAST_RECORD_LISTENERS(
            "K3",
            "listeners of records do not see those of a mapped hit",
            "prepared.PreparedAsJooqTest#recordListener_masksForEachReader",
            in(
                    "internal/execute/Unobserved.java",
                    "configuration.visitListenerProviders().length > 0 ||"
                            + " configuration.recordListenerProviders().length > 0",
                    "configuration.visitListenerProviders().length > 0")),
    PREPARED_WITH_PARTS_OF_THE_USER(
            "K1",
            "what a part of the user's renders is taken not to depend on an argument in it",
            "prepared.PreparedAsJooqTest#textThatDependsOnSomeArguments_isJooqs",
            inPrepared("&& !parts.isInCustom()", "")),

    // Tags of columns and keys

    ASTERISK_READS_NOTHING(
            "tags",
            "an asterisk names no column",
            "precision.PrecisionTest#column_thatIsNotNamed_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ColumnMentions.java",
                    "!isMultiplication(i)) hidden = true;",
                    "!isMultiplication(i)) {}")),
    COLUMN_BY_ANOTHER_NAME(
            "tags",
            "an alias that names columns anew is taken for a table's name",
            "precision.PrecisionTest#column_thatIsNotNamed_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ColumnMentions.java",
                    "if (isSymbol(i + 1, '(')) calls.merge(name, 1, Integer::sum);",
                    "")),
    NATURAL_JOIN_READS_NOTHING(
            "tags",
            "a natural join compares no columns",
            "precision.PrecisionTest#column_thatIsNotNamed_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/ColumnMentions.java", "\"natural\",", "")),
    COMPUTED_COLUMN_STAYS(
            "tags",
            "an update leaves computed columns as they are",
            "precision.PrecisionTest#column_thatIsNotNamed_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "if (!changed.isEmpty()) changed.addAll(columns.computed());",
                    "")),
    COLUMNS_OF_SELECT_LIST_ONLY(
            "tags",
            "of the columns that are named, the first counts",
            "precision.PrecisionTest#column_thatIsRead_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "new TreeSet<>(read)) suffixes",
                    "read.stream().limit(1).toList()) suffixes")),
    MEMBERSHIP_IS_NOT_TOUCHED(
            "tags",
            "an insert or delete touches no membership",
            "precision.PrecisionTest#membership_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "if (shape.event() != WriteEvent.UPDATE || shape.mayLoseRows()) suffixes.add(MEMBERSHIP);",
                    "")),
    OLD_KEY_IS_FORGOTTEN(
            "tags",
            "only the new value of a key is touched",
            "precision.PrecisionTest#movedRow_invalidatesBothKeys",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/WriteShape.java",
                    "event == WriteEvent.INSERT ? List.of() : before.get(column)",
                    "event != WriteEvent.DELETE ? List.of() : before.get(column)")),
    NEW_KEY_IS_FORGOTTEN(
            "tags",
            "only the value of a key in WHERE is touched",
            "precision.PrecisionTest#movedRow_invalidatesBothKeys",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/WriteShape.java",
                    "event == WriteEvent.DELETE ? List.of() : after.get(column)",
                    "event != WriteEvent.INSERT ? List.of() : after.get(column)")),
    UNKNOWN_KEY_IS_NOT_TOUCHED(
            "tags",
            "a write of unknown keys touches none",
            "precision.PrecisionTest#unknownKey_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/PreciseTags.java", "always.add(unknown); unknownKeys", "unknownKeys")),
    UNKNOWN_KEY_IS_NOT_READ(
            "tags",
            "a read of one key does not depend on writes of unknown keys",
            "precision.PrecisionTest#unknownKey_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "Tags unknown = new Tags.Builder(suffixes.size() + 1) .addPart(table, Tags.UNKNOWN_WRITE)"
                            + " .addKey(table, key, Tags.UNKNOWN_KEY, suffixes)",
                    "Tags unknown = new Tags.Builder(suffixes.size() + 1).addPart(table, Tags.UNKNOWN_WRITE)")),
    UNKNOWN_EXTENT_IS_NOT_READ(
            "tags",
            "a read of a part does not depend on writes of the whole",
            "precision.PrecisionTest#unknownExtent_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "Tags unknown = new Tags.Builder(suffixes.size() + 1) .addPart(table, Tags.UNKNOWN_WRITE) .addKey",
                    "Tags unknown = new Tags.Builder(suffixes.size() + 1).addKey")),
    READ_THROUGH_A_VIEW_IS_PINNED(
            "tags",
            "a table that a view reads besides is taken for pinned",
            "precision.PrecisionTest#unknownExtent_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "any = any.and(plan(table, reading, columns));",
                    "any = plan(table, readings.get(0), columns);")),
    READ_BY_A_ROUTINE_IS_TOLD_BY_A_TEXT(
            "tags",
            "what a routine reads besides is taken for what the view's text reads",
            "precision.ViewPrecisionTest#whatTheTextDoesNotTell_invalidates",
            EnumSet.of(Database.POSTGRESQL),
            in("internal/analysis/PreciseTags.java", "new TreeSet<>(lineage.indirect())", "new TreeSet<>()")),
    ROWS_OF_A_VIEW_ARE_SHOWN(
            "tags",
            "the items of a view are taken for those of the result",
            "precision.ViewPrecisionTest#whatTheViewReads_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "readings.size() == 1 && first.ofQuery() ?",
                    "readings.size() == 1 ?")),
    VIEW_PINNED_BY_ONE_READER(
            "tags",
            "what one reader of a view pins is taken for what all pin",
            "precision.ViewPrecisionTest#whatTheViewReads_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ReadTexts.java",
                    "place.pins() : Equalities.either(all, place.pins());",
                    "place.pins() : all;")),
    VIEW_PINNED_BESIDES_A_ROUTINE(
            "tags",
            "a view that a routine reads besides is taken for pinned",
            "precision.ViewPrecisionTest#whatTheTextDoesNotTell_invalidates",
            EnumSet.of(Database.POSTGRESQL),
            in("internal/analysis/ReadTexts.java", "if (lineage.indirect().contains(view)) return Map.of();", "")),
    ASSIGNED_TEXT_READ_AS_A_FIXED_TIME(
            "N2",
            "a text that PL/pgSQL assigns to a time is taken for one that does not ask the clock",
            "reads.AssignedTimeTest#fetch_throughAFunctionThatMayReadNow_isNotCached",
            EnumSet.of(Database.POSTGRESQL),
            in("internal/analysis/AssignedTimes.java", "if (place.from < 0) return true;", "if (true) return false;")),
    VIEW_WITH_A_LIMIT_PINNED(
            "tags",
            "a pin is carried into a view that shows some of its rows only",
            "precision.ViewPrecisionTest#whatTheViewReads_invalidates",
            EnumSet.of(Database.POSTGRESQL),
            in("internal/analysis/QueryBlock.java", "|| select.$limit() != null", "")),
    VIEW_COLUMN_BY_ITS_ITEM(
            "tags",
            "a view's column is taken for the item of its name",
            "precision.ViewPrecisionTest#whatTheViewReads_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/QueryRows.java",
                    "names.add(name.equals(all.get(i)) ? name : \"\");",
                    "names.add(name);")),
    TARGET_PINNED_BY_ANOTHER_TABLE(
            "tags",
            "a name of another table of an UPDATE is taken for the target's",
            "precision.NamesAlikeTest#otherTableOfAWrite_doesNotPinTheTarget",
            EnumSet.of(Database.POSTGRESQL),
            in("internal/analysis/WriteShape.java", "update.$from().isEmpty()", "true")),
    NAME_TAKEN_FOR_A_LITERAL(
            "tags",
            "what stands in double quotes is taken for a literal where it is a name",
            "precision.NamesAlikeTest#nameInDoubleQuotes_isRead",
            EnumSet.of(Database.MARIADB),
            in("internal/analysis/ParsedText.java", "(hasBars(tokens) || sql.indexOf('\"') >= 0)", "hasBars(tokens)"),
            in(
                    "internal/analysis/ColumnMentions.java",
                    "words.merge(name, 1, Integer::sum); if (OF_SYSTEM",
                    "if (OF_SYSTEM")),
    NAME_FOLDED_ONCE(
            "tags",
            "names are alike if their lower cases are",
            "precision.NamesAlikeTest#nameWhoseUpperCaseIsNotThatOfItsLetters_isRead",
            EnumSet.of(Database.H2),
            in("model/TableName.java", ".toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)", "")),
    DERIVED_TABLE_WITH_A_LIMIT_PINNED(
            "tags",
            "a pin is carried into a derived table of some rows only",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/QueryBlock.java", "|| select.$limit() != null || select.$offset() != null", "")),
    DERIVED_TABLE_WITH_WINDOWS_PINNED(
            "tags",
            "a pin is carried into a derived table whose rows show what others hold",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/QueryRows.java", "|| mentions.count(\"over\") > 0", "")),
    DERIVED_SET_OPERATION_PINNED(
            "tags",
            "a pin is carried into a set operation, by the type of its first branch",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.POSTGRESQL),
            in("internal/analysis/QueryRows.java", "if (branch) outer.noteCombined();", "")),
    DERIVED_AGGREGATE_PINNED(
            "tags",
            "a pin is carried into a derived table of one row, which an aggregate function has made",
            "precision.DerivedTablePrecisionTest#oneRowOfAll_invalidates",
            EnumSet.of(Database.MARIADB),
            in("internal/analysis/QueryBlock.java", "return part instanceof TableField<?, ?> ||", "return true ||")),
    DERIVED_GROUPS_PINNED(
            "tags",
            "a pin is carried into a derived table that is grouped by another column",
            "precision.DerivedTablePrecisionTest#oneRowOfAll_invalidates",
            EnumSet.of(Database.MARIADB),
            in("internal/analysis/QueryBlock.java", "if (!grouped || isGroupedBy(column)) passed", "passed")),
    DERIVED_COLUMN_BY_ITS_ITEM(
            "tags",
            "a derived table's column is taken for the item of its name",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/Place.java", "outputsOf(derived))", "outputsOf(table))")),
    DERIVED_COLUMN_OF_TWO(
            "tags",
            "of two columns of a derived table that are alike but for case one is taken for both",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/analysis/QueryRows.java",
                    "names.indexOf(name) == names.lastIndexOf(name) ? name : \"\"",
                    "name")),
    COMMON_TABLE_PINNED_BY_ONE_READER(
            "tags",
            "what one reader of a common table expression pins is taken for what all pin",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/QueryRows.java",
                    "place.pins() : Equalities.either(all, place.pins());",
                    "place.pins() : all;")),
    COMMON_TABLE_COLUMN_BY_ITS_ITEM(
            "tags",
            "a common table expression's column is taken for the item of its name",
            "precision.DerivedTablePrecisionTest#whatIsReadInside_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/QueryRows.java",
                    "Place.outputsOf(commonsNamed(place).get(0).expression)",
                    "Place.outputsOf(block.select().asTable())")),
    TEXT_OF_ANOTHER_VIEW(
            "tags",
            "of two views of one name one text is taken for both",
            "precision.ViewPrecisionTest#whatTheTextDoesNotTell_invalidates",
            EnumSet.of(Database.H2),
            in("model/Dependencies.java", "&& relations(view.name().name()).size() == 1", "")),
    TEXT_WITH_AN_OLD_NAME(
            "tags",
            "a view's text is believed after a column that it names was renamed",
            "precision.ViewPrecisionTest#renamedColumn_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ViewText.java",
                    "dialect.family() != SQLDialect.H2 || isUpToDate(text.tokens(), places, dependencies)",
                    "true"),
            in("internal/analysis/ReadTexts.java", "return believesViews &&", "return")),
    TEXT_WITH_EXCHANGED_NAMES(
            "tags",
            "a view's text is believed after its columns have changed their names",
            "precision.ViewPrecisionTest#columnsThatHaveChangedNames_invalidate",
            EnumSet.of(Database.H2),
            in("internal/analysis/ReadTexts.java", "return believesViews &&", "return")),
    TEXT_OF_THE_GIVEN_MODEL(
            "tags",
            "a given model's text of a view is believed for its facts",
            "precision.ViewPrecisionTest#givenModel_ofAnotherText_isNotBelieved",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/Models.java",
                    "if (differences.isEmpty()) return believed(dataSource, live);",
                    "if (differences.isEmpty()) return believed(dataSource, model);")),
    WRITE_THROUGH_A_CASCADE_IS_PINNED(
            "tags",
            "a table that a cascade writes besides is taken by the statement's keys",
            "precision.PrecisionTest#unknownExtent_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/Resolution.java", "!reach.indirect().contains(target.table()) &&", "")),
    DECIMAL_AS_INTEGER(
            "tags",
            "a decimal is cut to an integer that the database rounds",
            "precision.PrecisionTest#unknownKey_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/generation/KeyType.java",
                    "if (!(value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof"
                            + " Byte)) return null;",
                    "if (!(value instanceof Number)) return null;")),
    UNKNOWN_VALUE_IS_LEFT_OUT(
            "tags",
            "a value whose text is not known is left out of an IN list",
            "precision.PrecisionTest#sameKey_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/generation/TagPlan.java",
                    "if (text == null) { tags.add(ifUnknown); return; }",
                    "if (text == null) continue;")),
    OR_AS_AND(
            "tags",
            "an equality within OR pins",
            "precision.PrecisionTest#equalityThatDoesNotHoldForAllRows_doesNotPin",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/QueryBlock.java",
                    "} else if (condition != null) { all.add(condition);",
                    "} else if (condition instanceof QOM.Or or) { collect(or.$arg1(), all);"
                            + " } else if (condition != null) { all.add(condition);")),
    NOT_IS_OVERLOOKED(
            "tags",
            "an equality within NOT pins",
            "precision.PrecisionTest#equalityThatDoesNotHoldForAllRows_doesNotPin",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/QueryBlock.java",
                    "} else if (condition != null) { all.add(condition);",
                    "} else if (condition instanceof QOM.Not not) { collect((Condition) not.$arg1(), all);"
                            + " } else if (condition != null) { all.add(condition);")),
    ON_PINS_BOTH_SIDES(
            "tags",
            "the ON of an outer join pins the side whose rows show all the same",
            "precision.PrecisionTest#outerJoin_pinsOnlyTheOptionalSide",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/QueryBlock.java",
                    "tree(kept, with(conditions, kept, null), items);",
                    "tree(kept, with(conditions, kept, on), items);")),
    ONE_PLACE_FOR_ALL(
            "tags",
            "a table that is read at two places depends on the first",
            "precision.PrecisionTest#equalityThatDoesNotHoldForAllRows_doesNotPin",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/PreciseTags.java",
                    "for (Place place : reading.places()) { if (key",
                    "for (Place place : reading.places().subList(0, 1)) { if (key")),
    ORDER_BY_WHAT_IS_SHOWN(
            "tags",
            "the rows that are shown do not depend on what ORDER BY names by an alias or a number",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ShownItems.java",
                    "if (!QueryBlock.isQualified(sorted.$field())) return null;",
                    "if (sorted == null) return null;")),
    SHOWN_AND_NAMED_ELSEWHERE(
            "tags",
            "a column that is shown is read of the shown rows only, whatever else names it",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ShownItems.java",
                    "mentions.count(name) != items.bare.getOrDefault(name, 0)",
                    "mentions.count(name) < items.bare.getOrDefault(name, 0)")),
    SHOWN_BY_A_SET_OPERATION(
            "tags",
            "the first query of a set operation is taken for the whole",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/ShownItems.java",
                    "|| COMBINING.stream().anyMatch(word -> mentions.count(word) > 0)",
                    "")),
    SHOWN_AT_ONE_OF_TWO_PLACES(
            "tags",
            "of a table that is read at two places, the rows that one shows count",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/PreciseTags.java", "reading.places().size() == 1 && read != null", "read != null")),
    SHOWN_IN_THE_FIRST_ROW(
            "tags",
            "the keys of the first row count",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/generation/ReadPlan.java",
                    "row < result.rows(); row++",
                    "row < Math.min(1, result.rows()); row++")),
    SHOWN_ROWS_ARE_ALL(
            "tags",
            "a result does not depend on which rows it shows",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in("internal/generation/ReadPlan.java", ".add(rest.tags(binds)) .add(ifUnknown);", ".add(ifUnknown);")),
    SHOWN_ROWS_OF_UNKNOWN_KEY(
            "tags",
            "the rows that are shown do not depend on writes of unknown keys or extent",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in(
                    "internal/generation/ReadPlan.java",
                    ".add(rest.tags(binds)) .add(ifUnknown);",
                    ".add(rest.tags(binds));")),
    SHOWN_BY_ANY_COMPARISON(
            "tags",
            "a subquery in the SELECT list is pinned by whatever compares with the outer row",
            "precision.PrecisionTest#whatTheResultShows_invalidates",
            EnumSet.of(Database.H2),
            in("internal/analysis/Equalities.java", "} else if (condition instanceof QOM.InList<?> in) {", """
                    } else if (condition instanceof QOM.Ne<?> ne) {
                        note(block.column(ne.$arg1()), List.of(ne.$arg2()));
                    } else if (condition instanceof QOM.InList<?> in) {""")),
    ONE_CELL_IS_MARKED(
            "tags",
            "a write marks but one of the two cells of a key",
            "precision.PrecisionTest#sameKey_invalidates",
            EnumSet.of(Database.H2),
            inStore("if (isInTwo(tags, i)) marked[size++] = secondCellOf(tags, i);", "")),
    SETTER_IS_NOT_NOTED(
            "tags",
            "a value that is bound again by another setter stays what it was",
            "precision.BoundValuesTest#valueBoundAgain_isTheOneThatCounts",
            EnumSet.of(Database.H2),
            in(
                    "internal/transaction/NotingPreparedStatement.java",
                    "BigDecimal value) throws SQLException { sent.set(index, value);",
                    "BigDecimal value) throws SQLException {")),
    LONG_BATCH_IS_CUT(
            "tags",
            "of a long batch the first executions count",
            "precision.BoundValuesTest#longBatch_isSeenByAll",
            EnumSet.of(Database.H2),
            in(
                    "internal/transaction/StatementTracker.java",
                    "if (executions++ >= MOST_EXECUTIONS) addBatch(sql);",
                    "if (executions++ >= MOST_EXECUTIONS) return;")),
    LONG_TRANSACTION_IS_CUT(
            "tags",
            "of a long transaction the first writes count",
            "precision.BoundValuesTest#longTransaction_isSeenByAll",
            EnumSet.of(Database.H2),
            inSession(
                    "written = all.size() > MOST_TAGS ? all.coarse() : all;",
                    "if (all.size() <= MOST_TAGS) written = all;")),

    // Schemas that change under the protocol

    SCHEMA_PUBLISHED_WHILE_FORGOTTEN(
            "schema",
            "what was read of a schema is published between forgetting and counting",
            "internal.transaction.SchemaWatchTest#publish_whileTheSchemaIsForgotten_isTooLate",
            EnumSet.of(Database.H2),
            inWatch("synchronized (this) { forget.run(); version++; }", "forget.run(); version++;")),
    WRITE_NOT_ESCALATED(
            "schema",
            "a write under way while the schema changes keeps the tags of the old one",
            "races.ConnectionTest#escalation_isHandedOnWithTheConnection",
            inWatch("underWay.forEach(PendingWrite::escalateWrite);", "")),
    ESCALATION_NOT_HANDED_ON(
            "schema",
            "an escalation is not handed on with a connection left open",
            "races.ConnectionTest#escalation_isHandedOnWithTheConnection",
            inWatch("return escalation == null ? tags : tags.plus(Tags.everything());", "return tags;")),
    ABORT_ASKS_THE_DATABASE(
            "session",
            "an abort asks the session that it is to abort",
            "races.ConnectionTest#abort_duringACall_asksNothing",
            inSession("&& !sending) source.verifyAtReturn(raw);", ") source.verifyAtReturn(raw);")),

    // Which database, whose session

    PLACE_WITHOUT_STATE(
            "K3",
            "a key names the data source and not what the session is set to",
            "sources.RoutingTest#wrapperThatSetsTheSchema_servesEachItsOwnRows",
            inSource("name + '@' + state.digest()", "name")),
    WITNESS_IS_CLOSED(
            "K3",
            "the state of a session that is closed stands for those that the pool opens",
            "sources.SessionSettingTest#globalSettings_ofNewSessions_areSeen",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/transaction/SessionStates.java",
                    "if (seen != null && !PhysicalConnections.isClosed(seen.connection)) return",
                    "if (seen != null) return")),
    WITNESS_IS_ALTERED(
            "K3",
            "an altered session stands for those that the pool opens",
            "schema.OutdatedSchemaTest#sessionAlteredByCode_isNotShared",
            in("internal/transaction/SessionStates.java", "if (seen.first.isAlike(seen.last)) elected", "elected")),
    LOCAL_SETTING_ALTERS_NOTHING(
            "K3",
            "SET LOCAL is taken for a setting that changes no result",
            "sources.SessionSettingTest#setLocal_withinItsTransaction_isBypassed",
            EnumSet.of(Database.POSTGRESQL),
            inSession("if (inTransaction()) alteredInTransaction = true; yield", "yield")),

    // What a text does

    TRUNCATE_IS_MAINTENANCE(
            "texts",
            "TRUNCATE is taken for maintenance",
            Mutant.HOSTILE_TEXTS,
            EnumSet.of(Database.H2),
            in(
                    "internal/analysis/Maintenance.java",
                    "Set.of(\"analyze\", \"checkpoint\", \"comment\")",
                    "Set.of(\"analyze\", \"checkpoint\", \"comment\", \"truncate\")")),
    EXECUTE_IS_MAINTENANCE(
            "texts",
            "a prepared statement that is executed by its name is taken for one that writes nothing",
            Mutant.HOSTILE_TEXTS,
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/analysis/Maintenance.java",
                    "\"fetch\", \"move\", \"close\")",
                    "\"fetch\", \"move\", \"close\", \"execute\")")),
    ANALYZE_ONLY_PLANS(
            "texts",
            "a statement that EXPLAIN ANALYZE or ANALYZE executes is taken for one that is only planned",
            Mutant.HOSTILE_TEXTS,
            in("internal/analysis/CarrierText.java", "executes ? Manner.EXECUTED : Manner.PLANNED", "Manner.PLANNED"),
            in(
                    "internal/analysis/CarrierText.java",
                    "? null : from(start, Manner.EXECUTED)",
                    "? null : from(start, Manner.PLANNED)")),
    // What the catalog knows that no text tells

    TYPE_FUNCTIONS_UNKNOWN(
            "facts",
            "what compares values of a user's type is not looked for",
            "schema.HiddenDependencyTest#ownOperatorClass_concernsTablesOfItsType",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "inspect/PostgresCatalog.java",
                    "for (Record row : once(TYPE_FUNCTIONS)) {",
                    "for (Record row : List.<Record>of()) {")),
    CUT_LITERALS_BELIEVED(
            "texts",
            "a literal that jOOQ's parser ends before the database does is taken for a value",
            "internal.analysis.HostileLiteralTest#literals_areThoseOfTheDatabase",
            EnumSet.of(Database.H2, Database.POSTGRESQL),
            in("internal/analysis/ParsedText.java", "|| hasCutLiteral(tokens)", "")),
    TYPES_OF_TEXTS_KEPT(
            "texts",
            "a type that a text names replaces the one by which jOOQ reads results",
            "fidelity.ColumnTypeTest#explain_textThatNamesAType_leavesWhatJooqKnowsOfIt",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/analysis/Planner.java",
                    "return configuration(other, dialect)",
                    "return configuration(dialect, dialect)")),
    TYPE_FUNCTIONS_GUESSED_MANY(
            "facts",
            "PostgreSQL expects millions of rows of a query of its catalog, and compiles code for them",
            "schema.CatalogReadsTest#catalog_isReadByQueriesThatNoServerCompiles",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "inspect/PostgresCatalog.java",
                    "join pg_proc f on f.oid = u.function where f.oid = any(array(select u.function from used u)) and",
                    "join pg_proc f on f.oid = u.function where")),
    COMPARISONS_BY_NAME(
            "facts",
            "what compares values of the database's types is called only by a text that names it",
            "schema.HiddenDependencyTest#ownOperatorClass_ofOneOfTheDatabasesTypes_concernsAll",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "model/Dependencies.java",
                    "return routine.kind() == RoutineModel.Kind.CAST || routine.kind() == RoutineModel.Kind.COMPARISON;",
                    "return routine.kind() == RoutineModel.Kind.CAST;")),
    INDEX_FUNCTIONS_UNKNOWN(
            "facts",
            "what an index calls because of its operator class is not looked for",
            "schema.HiddenDependencyTest#writeOfATable_callsTheOperatorsOfItsIndex",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "inspect/PostgresCatalog.java",
                    "each(INDEX_FUNCTIONS, row -> support(row, operator(text(row, 2), text(row, 3)), upkeep));",
                    "")),
    ANALYZE_COMPUTES_NOTHING(
            "facts",
            "ANALYZE is taken for one that computes no expression",
            "schema.HiddenDependencyTest#analyze_doesWhatExpressionsDo",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "internal/analysis/Planner.java",
                    "if (!upkeep.isEmpty()) return own.calling(",
                    "if (upkeep.size() < 0) return own.calling(")),
    AUTOVACUUM_COMPUTES_NOTHING(
            "facts",
            "what the database's own ANALYZE writes is cached",
            "schema.HiddenDependencyTest#tableWrittenByAnIndexExpression_isNotCached",
            EnumSet.of(Database.POSTGRESQL),
            in(
                    "model/Dependencies.java",
                    "return byUpkeep.tags().containsKey(tag) ? WAY_OF_UPKEEP : null;",
                    "return null;")),
    LOGIN_WRITES_NOTHING(
            "facts",
            "what a trigger on login writes is cached",
            "schema.HiddenDependencyTest#tableWrittenByLoginTrigger_isNotCached",
            EnumSet.of(Database.POSTGRESQL),
            in("inspect/PostgresCatalog.java", "support(isVersion14); loginTriggers();", "support(isVersion14);")),
    STATE_WITHOUT_EVENT_TRIGGERS(
            "facts",
            "a trigger on login that comes or goes does not change the state of the catalog",
            "schema.HiddenDependencyTest#stateOfTheCatalog_tellsOfEachKind",
            EnumSet.of(Database.POSTGRESQL),
            in("inspect/SchemaInspector.java", "\"pg_event_trigger\",", "")),

    // The same rules, for R2DBC

    R2DBC_COMMIT_UNANNOUNCED(
            "P2",
            "a commit through R2DBC is not announced",
            "reactive.ReactiveWritesTest#transaction_isSeenAtItsCommit",
            EnumSet.of(Database.POSTGRESQL),
            inReactive(
                    "Call call = new EndingCall(connection, announced(), written, sending);",
                    "Call call = new EndingCall(connection, null, written, sending);")),
    R2DBC_CANCELLED_IS_OVER(
            "P11",
            "what is cancelled through R2DBC is taken for ended",
            "reactive.ReactiveWritesTest#write_cancelledByMono_isSeenAndOverWithTheConnection",
            EnumSet.of(Database.POSTGRESQL),
            inReactive("if (!outcome.isAnswer()) {", "if (!outcome.isAnswer()) { settle(outcome);")),
    R2DBC_PIPELINE_IN_TRANSACTION(
            "P6",
            "what is subscribed to behind a commit through R2DBC is taken for a part of its transaction",
            "reactive.ReactiveWritesTest#write_behindCommit_isSeen",
            EnumSet.of(Database.POSTGRESQL),
            inReactive(
                    "return unsettled.isEmpty() && !uncertain && !isStatusOld;", "return !uncertain && !isStatusOld;")),
    R2DBC_SCHEMA_LEARNT_MEANWHILE(
            "P2",
            "a write through R2DBC is not escalated when a schema becomes known before its end",
            "reactive.ReactiveWritesTest#write_beforeItsDatabaseIsKnown_isSeen",
            EnumSet.of(Database.POSTGRESQL),
            inWatch("underWay.forEach(write -> write.escalateIfUnplaced(catalog));", ""),
            inWatch("return !versions().equals(analysedAt);", "return false;")),
    R2DBC_READ_NOT_NOTED(
            "P2",
            "a statement through R2DBC that writes nothing in known databases is not noted with its transaction",
            "reactive.NewDatabaseTest#inTransaction",
            EnumSet.of(Database.POSTGRESQL),
            inReactive(
                    "if (!onlyByItself) written = written.and(own);",
                    "if (own.hasTags()) written = written.and(own);")),
    R2DBC_READ_NOT_REGISTERED(
            "P2",
            "a statement through R2DBC that writes nothing in known databases is not registered while it runs",
            "reactive.NewDatabaseTest#inAutocommit",
            EnumSet.of(Database.POSTGRESQL),
            inWatch("if (write.isEmpty()) return write;", "if (write.tags.isEmpty()) return write;")),
    R2DBC_SETTING_NOT_NOTED(
            "P2",
            "a function that a setting through R2DBC calls is not noted with its transaction",
            "reactive.NewDatabaseTest#inSetting",
            EnumSet.of(Database.POSTGRESQL),
            inReactive(
                    "written = written.and(own);\n        return mayCommit(connection);",
                    "if (own.hasTags()) written = written.and(own);\n        return mayCommit(connection);")),
    R2DBC_CANCELLED_READ_FORGOTTEN(
            "P11",
            "a statement through R2DBC that writes nothing in known databases is over when its connection is closed",
            "reactive.NewDatabaseTest#cancelled",
            EnumSet.of(Database.POSTGRESQL),
            inReactive(
                    "if (call.mark != null) call.mark.doubt(null);",
                    "if (call.mark != null && !call.mark.isEmpty()) call.mark.doubt(null); else if (call.mark != null) call.mark.abandoned();")),
    R2DBC_READ_RECONSIDERED_LATE(
            "P2",
            "a statement that writes nothing under the present schema is taken for one that wrote nothing under the last",
            "internal.transaction.SchemaWatchTest#reads_beforeChangeByWriterWithoutPlace_mayHaveWritten",
            EnumSet.of(Database.H2),
            inWatch("&& reads.analysedAt().changesElsewhere() == now.changesElsewhere();", ";"));

    private static final String HOSTILE_TEXTS = "fuzz.HostileTextTest#textsOfOneSeed_areAnsweredAsByTheDatabase";

    private final String rule;
    private final String defect;
    private final String catcher;
    private final Set<Database> databases;
    private final List<Edit> edits;

    Mutant(String rule, String defect, String catcher, Edit... edits) {
        this(rule, defect, catcher, EnumSet.of(Database.H2, Database.POSTGRESQL), edits);
    }

    /** On other databases it changes nothing that anybody could see, or its test asks none. */
    Mutant(String rule, String defect, String catcher, Set<Database> databases, Edit... edits) {
        this.rule = rule;
        this.defect = defect;
        this.catcher = catcher;
        this.databases = databases;
        this.edits = List.of(edits);
    }

    String rule() {
        return rule;
    }

    /** What is wrong with it. */
    String defect() {
        return defect;
    }

    /** The test that fails on it, as {@link Library#run} takes it. */
    String catcher() {
        return catcher;
    }

    Set<Database> databases() {
        return databases;
    }

    List<Edit> edits() {
        return edits;
    }

    private static Edit in(String file, String before, String after) {
        return new Edit(file, before, after);
    }

    private static Edit inSession(String before, String after) {
        return in("internal/transaction/Session.java", before, after);
    }

    private static Edit inReactive(String before, String after) {
        return in("internal/reactive/ReactiveSession.java", before, after);
    }

    private static Edit inStore(String before, String after) {
        return in("internal/generation/InJvmGenerationStore.java", before, after);
    }

    private static Edit inIsolation(String before, String after) {
        return in("internal/transaction/Isolation.java", before, after);
    }

    private static Edit inGenerations(String before, String after) {
        return in("internal/generation/Generations.java", before, after);
    }

    private static Edit inEngine(String before, String after) {
        return in("internal/execute/CacheEngine.java", before, after);
    }

    private static Edit inListener(String before, String after) {
        return in("internal/execute/CachingListener.java", before, after);
    }

    private static Edit inFlights(String before, String after) {
        return in("internal/execute/Flights.java", before, after);
    }

    private static Edit inPrepared(String before, String after) {
        return in("internal/execute/PreparedQuery.java", before, after);
    }

    private static Edit inShortcut(String before, String after) {
        return in("internal/execute/Shortcut.java", before, after);
    }

    private static Edit inSource(String before, String after) {
        return in("internal/transaction/TrackedSource.java", before, after);
    }

    private static Edit inWatch(String before, String after) {
        return in("internal/transaction/SchemaWatch.java", before, after);
    }

    /** Records what a transaction reads of its own writes, and stores it when the transaction is at the given point. */
    private static Edit[] publishingAt(String before, String after) {
        return new Edit[] {
            inSession(before, after),
            inSession("private void ended(long clock) {", """
                    public final List<Runnable> publications = new java.util.ArrayList<>();

                    private void publish() {
                        publications.forEach(Runnable::run);
                        publications.clear();
                    }

                    private void ended(long clock) {"""),
            inListener(
                    "if (reading instanceof Reading.Private own) bypass(own.reason(), \"\");",
                    "if (reading instanceof Reading.Private own && own.reason() != BypassReason.OWN_WRITE)"
                            + " bypass(own.reason(), \"\");"),
            inListener(
                    "BypassReason why = now == null || now.pending() ? null : privacy(reading, now);",
                    "BypassReason why = null;"),
            inListener(
                    "hint.isRefresh() || isSnapshotOpen(reading)) return false;",
                    "hint.isRefresh() || reading instanceof Reading.Private) return false;"),
            inListener(
                    "if (executed instanceof Reading.Private own) {",
                    "if (executed instanceof Reading.Private own && own.reason() != BypassReason.OWN_WRITE) {"),
            inListener("if (done.cancelled() != null) bypass(done.cancelled(), \"\");", """
                    if (why == BypassReason.OWN_WRITE) current.publications.add(() -> {
                        Stamp then = Stamp.of(before.incarnation(), engine.generations.now());
                        engine.put(key.fingerprint(), done.finish(
                            key.fingerprint(), then, analyzed.plan().extents(key.binds(), done)), null);
                    });
                    if (done.cancelled() != null) bypass(done.cancelled(), "");""")
        };
    }
}
