package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.spi.Tags;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the driver's own connections from one check-out to the next, whichever way they come to the cache.
 *
 * <p>Kept once per cache, not per data source: one connection may be used through a tracked pool now and through a plain
 * {@code DSL.using(connection)} later. Thread-safe.
 */
public final class KnownConnections {

    private static final int MOST_MARKS = 64;
    private static final int LONGEST_TEXT = 16_384;

    /** Beyond that it is looked whether some were closed without being given back. */
    private static final int MOST_HOLDERS = 256;

    /** Their schema, role or settings were changed. */
    final PhysicalConnections altered = new PhysicalConnections();

    /** Code of unknown effect has run on them, which may have altered them. */
    final PhysicalConnections suspect = new PhysicalConnections();

    /** Their isolation level was changed, and perhaps not set back. */
    final PhysicalConnections otherIsolation = new PhysicalConnections();

    /**
     * An isolation level was set, or may have been set, for their next transaction alone (MySQL's family). The server does
     * not report it, and the next holder of the connection may begin that transaction.
     */
    final PhysicalConnections nextIsolation = new PhysicalConnections();

    /** The application holds the driver's own connection, and may write there unseen. */
    final PhysicalConnections exposed = new PhysicalConnections();

    /** Whether a transaction is open on them cannot be known any more. */
    final PhysicalConnections uncertain = new PhysicalConnections();

    /** They were given back within a transaction whose snapshot may still be open. */
    final PhysicalConnections leftOpen = new PhysicalConnections();

    /** What the log has told of them. */
    final UncachedSessions uncached = new UncachedSessions();

    /**
     * Others end their transactions, and can be about to commit when they are closed; mapped to the asker that tells
     * whether that is over, if there is one.
     */
    private final Map<Connection, Optional<InDoubtCommits.Asker>> endedByOthers =
            Collections.synchronizedMap(new IdentityHashMap<>());

    /** The global transactions in which they are used. */
    final GlobalTransactions globals;

    /** How many alterations of sessions, or statements that may alter one, have been seen. */
    final AtomicLong alterations = new AtomicLong();

    private final List<WeakReference<SessionStates>> followed = new CopyOnWriteArrayList<>();
    private final Map<Object, String> databases = new WeakHashMap<>();
    private final SchemaVersions schemas;
    private final InDoubtCommits doubts;
    private final IdentityHashMap<Connection, Standing> standing = new IdentityHashMap<>();
    private volatile boolean anyStanding;

    public KnownConnections(SchemaVersions schemas, InDoubtCommits doubts) {
        this.schemas = schemas;
        this.doubts = doubts;
        this.globals = new GlobalTransactions(schemas);
    }

    /** The sessions that hold a connection, each from its check-out to its return; one, unless it is handed out twice. */
    private final IdentityHashMap<Connection, List<WeakReference<Session>>> holders = new IdentityHashMap<>();

    /** Returns whether a connection was handed out and is not given back yet. */
    boolean isHeld(Connection physical) {
        synchronized (holders) {
            return !holdersOf(physical).isEmpty();
        }
    }

    /**
     * A session takes a connection. If others hold it already, a transaction of any of them is that of all, and ends
     * whenever one of them says so.
     */
    void hold(Connection physical, Session session) {
        List<Session> others;
        synchronized (holders) {
            if (holders.size() > MOST_HOLDERS) holders.keySet().removeIf(PhysicalConnections::isClosed);
            others = holdersOf(physical);
            holders.computeIfAbsent(physical, first -> new ArrayList<>()).add(new WeakReference<>(session));
        }
        if (others.isEmpty()) return;
        others.forEach(Session::handedOutAgain);
        session.handedOutAgain();
    }

    /** A session gives its connection back. */
    void released(Session session, Connection physical) {
        synchronized (holders) {
            holders.computeIfPresent(physical, (any, held) -> {
                held.removeIf(each -> each.get() == null || each.get() == session);
                return held.isEmpty() ? null : held;
            });
        }
    }

    private List<Session> holdersOf(Connection physical) {
        List<WeakReference<Session>> held = holders.getOrDefault(physical, List.of());
        return held.stream().map(WeakReference::get).filter(Objects::nonNull).toList();
    }

    /** A data source whose sessions are followed. */
    void follow(SessionStates states) {
        followed.add(new WeakReference<>(states));
    }

    /** Makes known how a session is to the other data sources that it was seen through. */
    void noteElsewhere(SessionStates here, Connection physical, SessionState state) {
        followed.removeIf(each -> each.get() == null);
        for (WeakReference<SessionStates> each : followed) {
            SessionStates other = each.get();
            if (other != null && other != here && other.of(physical) != null) other.note(physical, state);
        }
    }

    /**
     * Numbers the databases in this process: an H2 database in memory that is closed, and opened again under its name, is
     * another one.
     *
     * @return a number, or an empty string if the connection leads elsewhere
     */
    String instance(Connection raw) {
        Connection physical = PhysicalConnections.physical(raw);
        if (!physical.getClass().getName().startsWith("org.h2.")) return "";
        try {
            Object session = physical.getClass().getMethod("getSession").invoke(physical);
            Object database = session.getClass().getMethod("getDatabase").invoke(session);
            String settings = settings(session);
            synchronized (databases) {
                return databases.computeIfAbsent(database, any -> databases.size() + "/" + System.nanoTime())
                        + settings;
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return "";
        }
    }

    /** What H2's catalog does not tell of a session. */
    private static String settings(Object session) {
        StringBuilder settings = new StringBuilder();
        for (String getter : List.of("isVariableBinary", "getNonKeywords", "isTruncateLargeLength"))
            settings.append('|').append(Question.<Object>answer(() -> valueOf(session, getter), ""));
        return settings.toString();
    }

    private static Object valueOf(Object object, String getter) {
        try {
            return object.getClass().getMethod(getter).invoke(object);
        } catch (ReflectiveOperationException e) {
            return "";
        }
    }

    /** Marks what a transaction wrote whose end will not be seen by its session. What is marked already stays so. */
    void stand(Connection raw, Tags tags, long analysedAt, Change change) {
        synchronized (standing) {
            List<WriteIntent> marks =
                    standing.computeIfAbsent(PhysicalConnections.physical(raw), c -> new Standing()).marks;
            Tags marked = Tags.none();
            for (WriteIntent each : marks) marked = marked.plus(each.tags());
            // Of very many writes, tables are marked as a whole, which says all at once.
            Tags mark = marks.size() < MOST_MARKS ? tags : tags.coarse();
            boolean told = marks.stream().anyMatch(each -> each.change() == Change.SCHEMA) || change == Change.DATA;
            if (!marked.plus(tags).equals(marked) || !told) marks.add(schemas.announce(mark, analysedAt, change));
            anyStanding = true;
        }
        doubts.watch(this);
    }

    /** The same, for a transaction that others end. */
    void standUntilOthersEnd(
            Connection raw, Tags tags, long analysedAt, Change change, InDoubtCommits.@Nullable Asker asker) {
        endedByOthers.put(PhysicalConnections.physical(raw), Optional.ofNullable(asker));
        stand(raw, tags, analysedAt, change);
    }

    /**
     * The same, for a statement that touches everything only because the schema is not known yet: that is settled as soon as
     * the schema is known.
     */
    void standInDoubt(Connection raw, Unresolved statement, InDoubtCommits.@Nullable Asker asker) {
        Connection physical = PhysicalConnections.physical(raw);
        boolean isNoted;
        synchronized (standing) {
            Standing stands = standing.computeIfAbsent(physical, c -> new Standing());
            isNoted = stands.add(statement);
            if (isNoted && stands.doubt == null)
                stands.doubt = schemas.announce(Tags.everything(), statement.analysedAt, Change.DATA);
            anyStanding = true;
        }
        if (!isNoted) stand(raw, Tags.everything(), statement.analysedAt, Change.DATA);
        endedByOthers.put(physical, Optional.ofNullable(asker));
        doubts.watch(this);
        // Its schema may have become known before the statement was noted.
        if (statement.source.isInspected()) settle(physical);
    }

    /** A schema has become known: the marks of statements of unknown effect are narrowed to what they touch. */
    void settle() {
        if (!anyStanding) return;
        List<Connection> inDoubt = new ArrayList<>();
        synchronized (standing) {
            standing.forEach((physical, stands) -> {
                if (stands.doubt != null) inDoubt.add(physical);
            });
        }
        inDoubt.forEach(this::settle);
    }

    /**
     * The schema tells what a statement has done if it has not changed from before the statement was analysed until now, nor
     * may be changing: then the code that the statement has run is that which the catalog shows.
     */
    private void settle(Connection physical) {
        List<Unresolved> statements;
        synchronized (standing) {
            Standing stands = standing.get(physical);
            if (stands == null) return;
            statements = List.copyOf(stands.unresolved);
        }
        Tags touched = Tags.none();
        boolean isCode = false;
        for (Unresolved each : statements) {
            if (!each.source.isInspected()) return;
            StatementEffect effect = each.source.effects().of(each.source, each.sql);
            isCode |= effect.kind() != StatementEffect.Kind.NONE && effect.kind() != StatementEffect.Kind.WRITE;
            touched = touched.plus(effect.tags());
        }
        synchronized (standing) {
            Standing stands = standing.get(physical);
            if (stands == null || stands.doubt == null || !stands.unresolved.equals(statements)) return;
            boolean isCertain =
                    !schemas.isChanging() && statements.stream().noneMatch(each -> schemas.isOutdated(each.analysedAt));
            if (isCode) stand(physical, Tags.everything(), schemas.version(), Change.SCHEMA);
            else if (!isCertain || touched.hasEverything()) return;
            else if (!touched.isEmpty()) stand(physical, touched, statements.get(0).analysedAt, Change.DATA);
            stands.doubt.abandoned();
            stands.doubt = null;
            stands.unresolved.clear();
            if (stands.marks.isEmpty()) take(physical);
        }
    }

    boolean isAnyStanding() {
        return anyStanding;
    }

    /** Returns whether a writer of unknown effect may be about to commit unseen. */
    boolean isEverythingStanding() {
        if (!anyStanding) return false;
        synchronized (standing) {
            return standing.values().stream()
                    .flatMap(stands -> stands.marks.stream())
                    .anyMatch(mark -> mark.tags().hasEverything());
        }
    }

    /** The session has seen the end of the connection's transaction. The mark of an unwrapped one stays until its return. */
    void ended(Connection raw) {
        leftOpen.remove(raw);
        if (anyStanding && !exposed.contains(raw)) take(raw).forEach(WriteIntent::committed);
    }

    /**
     * The connection is idle and outside a transaction: what stood for it has been committed or rolled back, or prepared
     * for a two-phase commit, if others ended its transaction.
     */
    void seenOutside(Connection raw) {
        leftOpen.remove(raw);
        if (!anyStanding || exposed.contains(raw)) return;
        Connection physical = PhysicalConnections.physical(raw);
        Optional<InDoubtCommits.Asker> others = endedByOthers.get(physical);
        if (others == null || isNonePrepared(physical)) take(raw).forEach(WriteIntent::committed);
        else endedByOthers(physical, others);
    }

    private void endedByOthers(Connection physical, Optional<InDoubtCommits.Asker> others) {
        // Without a pool to ask, it is asked again on the same connection when that is seen next time.
        if (others.isEmpty()) return;
        InDoubtCommits.Asker asker = others.get();
        take(physical).forEach(write -> doubts.addBranch(write, physical, asker, InDoubtCommits.First.NOTHING));
    }

    /** The connection was seen outside a transaction, but is not one's own, so it cannot be asked. */
    void endedElsewhere(Connection physical) {
        if (!anyStanding) return;
        Optional<InDoubtCommits.Asker> others = endedByOthers.get(physical);
        if (others == null || PreparedTransactions.isFinal(physical, true))
            take(physical).forEach(WriteIntent::committed);
        else endedByOthers(physical, others);
    }

    private static boolean isNonePrepared(Connection physical) {
        if (PreparedTransactions.isFinal(physical, true)) return true;
        try {
            return OpenTransactions.isOutside(physical)
                    && PreparedTransactions.of(physical).isEmpty();
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Hands over what stands for a connection to the session that will see its end. */
    List<WriteIntent> take(Connection raw) {
        if (!anyStanding) return List.of();
        synchronized (standing) {
            Connection physical = PhysicalConnections.physical(raw);
            Standing taken = standing.remove(physical);
            endedByOthers.remove(physical);
            anyStanding = !standing.isEmpty();
            return taken == null ? List.of() : taken.all();
        }
    }

    /** Ends what stood for connections that are closed for good. Answers whether any are left. */
    boolean sweep() {
        List<WriteIntent> over = new ArrayList<>();
        synchronized (standing) {
            standing.entrySet().removeIf(entry -> {
                Connection physical = entry.getKey();
                if (!PhysicalConnections.isClosed(physical)) return false;
                Optional<InDoubtCommits.Asker> others = endedByOthers.remove(physical);
                // A handle that hides its session is closed long before the session's transaction may end.
                boolean isEnded = PhysicalConnections.isDriversOwn(physical)
                        && (others == null || InDoubtCommits.isInProcess(physical));
                if (isEnded) over.addAll(entry.getValue().all());
                else
                    entry.getValue()
                            .all()
                            .forEach(write ->
                                    doubts.addClosed(write, physical, others == null ? null : others.orElse(null)));
                return true;
            });
            anyStanding = !standing.isEmpty();
        }
        over.forEach(WriteIntent::committed);
        return anyStanding;
    }

    /**
     * A statement that was sent when it was unknown what it touches.
     *
     * @param source where
     * @param sql its text
     * @param analysedAt the version of the schemas before that was found out
     */
    record Unresolved(TrackedSource source, String sql, long analysedAt) {}

    /** What stands for one connection. */
    private static final class Standing {
        private final List<WriteIntent> marks = new ArrayList<>();
        private final List<Unresolved> unresolved = new ArrayList<>();

        /** Everything, on account of statements whose effect only their schema tells. */
        private @Nullable WriteIntent doubt;

        /** Returns whether the statement is remembered; of very many or very long ones the doubt stays. */
        boolean add(Unresolved statement) {
            if (unresolved.contains(statement)) return true;
            if (unresolved.size() >= MOST_MARKS || statement.sql.length() > LONGEST_TEXT) return false;
            return unresolved.add(statement);
        }

        List<WriteIntent> all() {
            List<WriteIntent> all = new ArrayList<>(marks);
            if (doubt != null) all.add(doubt);
            return all;
        }
    }
}
