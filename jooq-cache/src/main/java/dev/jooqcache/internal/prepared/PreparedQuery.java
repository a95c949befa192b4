package dev.jooqcache.internal.prepared;

import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.jdbc.TrackedConnectionProvider;
import dev.jooqcache.internal.read.CacheEngine;
import dev.jooqcache.internal.read.ExecutionProbe;
import dev.jooqcache.internal.read.ExecutionProbe.Seen;
import dev.jooqcache.internal.read.ListenerCheck;
import dev.jooqcache.internal.read.ReadOptions;
import dev.jooqcache.internal.replay.DefaultZone;
import dev.jooqcache.internal.replay.ReplayConnection;
import dev.jooqcache.internal.replay.ReplayResultSet;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.spi.Fingerprint;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jspecify.annotations.Nullable;

/**
 * A query that is executed with different arguments. The first few times it is executed by jOOQ, as any other; from then
 * on the cache is asked without jOOQ, and jOOQ executes what the cache does not have. Outside of transactions only: within
 * them jOOQ is asked, which looks at the connection.
 *
 * <p>What decides about a hit is the same as in {@code CachingListener}: the key of the same parts, the same obstacles, the
 * same look at the generations during the read. Thread-safe.
 *
 * @param <R> the type of its records
 */
public final class PreparedQuery<R extends Record> {

    private final CacheEngine engine;
    private final DSLContext dsl;
    private final ReadOptions hint;
    private final TrackedConnectionProvider provider;
    private final Function<? super DSLContext, ? extends ResultQuery<R>> making;
    private final List<String> parameters;
    private final List<? extends Class<?>> types;
    private volatile boolean learns;
    private volatile @Nullable LearnedStatement shortcut;

    private PreparedQuery(
            CacheEngine engine,
            Configuration configuration,
            Function<? super DSLContext, ? extends ResultQuery<R>> making,
            List<String> parameters,
            List<? extends Class<?>> types,
            boolean learns) {
        this.engine = engine;
        this.dsl = configuration.dsl();
        this.hint = CacheEngine.options(configuration);
        this.provider = engine.dataSources().track(configuration.connectionProvider());
        this.making = making;
        this.parameters = parameters;
        this.types = types;
        this.learns = learns;
    }

    /**
     * Makes the query twice, and compares.
     *
     * @param engine the cache
     * @param given a configuration with the cache's listener
     * @param making makes the query
     * @param <R> the type of its records
     * @return the query
     * @throws IllegalArgumentException if the query is not the same each time
     */
    public static <R extends Record> PreparedQuery<R> of(
            CacheEngine engine, Configuration given, Function<? super DSLContext, ? extends ResultQuery<R>> making) {
        // With settings of its own, since the text is kept.
        Configuration configuration = given.derive();
        DSLContext dsl = configuration.dsl();
        ResultQuery<R> one = made(dsl, making);
        ResultQuery<R> other = made(dsl, making);
        ParameterUses parts = ParameterUses.of(one, configuration);
        ParameterUses others = ParameterUses.of(other, configuration);
        List<String> names = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        one.getParams().forEach((name, param) -> {
            if (param.getParamName() == null) return;
            if (parts.shares(name, others))
                throw new IllegalArgumentException("parameter " + name
                        + " must be made within the function, since it is given another value for each execution");
            names.add(name);
            types.add(param.getType());
        });
        if (!dsl.renderInlined(one).equals(dsl.renderInlined(other)))
            throw new IllegalArgumentException("the query must be the same each time it is made, with everything that"
                    + " varies in a parameter: " + dsl.renderInlined(one) + " was then "
                    + dsl.renderInlined(other));
        return new PreparedQuery<>(
                engine,
                configuration,
                making,
                List.copyOf(names),
                List.copyOf(types),
                ListenerCheck.isSo(configuration, engine) && !parts.isInCustom());
    }

    private static <R extends Record> ResultQuery<R> made(
            DSLContext dsl, Function<? super DSLContext, ? extends ResultQuery<R>> making) {
        ResultQuery<R> query = Objects.requireNonNull(making.apply(dsl), "the function made no query");
        if (query.configuration() == null) query.attach(dsl.configuration());
        if (query.configuration() != dsl.configuration())
            throw new IllegalArgumentException("the query must be made with the DSLContext that the function is given");
        return query;
    }

    /**
     * The same query elsewhere, for instance in a transaction. It is executed by jOOQ.
     *
     * @param configuration where
     * @return the query
     */
    public PreparedQuery<R> on(Configuration configuration) {
        return new PreparedQuery<>(engine, configuration, making, parameters, types, false);
    }

    /**
     * The names of the parameters.
     *
     * @return the names, in the order of the arguments
     */
    public List<String> parameters() {
        return parameters;
    }

    /**
     * The query with its arguments.
     *
     * @param arguments the arguments
     * @return a new query
     * @throws IllegalArgumentException if these are not arguments of this query
     */
    public ResultQuery<R> query(@Nullable Object[] arguments) {
        check(arguments);
        ResultQuery<R> query = made(dsl, making);
        for (int i = 0; i < arguments.length; i++) query.bind(parameters.get(i), arguments[i]);
        return query;
    }

    private void check(@Nullable Object[] arguments) {
        if (arguments.length != parameters.size())
            throw new IllegalArgumentException("the query has the parameters " + parameters + ", but was given "
                    + arguments.length + " arguments");
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i];
            if (argument != null && !types.get(i).isInstance(argument))
                throw new IllegalArgumentException("parameter " + parameters.get(i) + " must be a "
                        + types.get(i).getName() + ": " + argument.getClass().getName());
        }
    }

    /**
     * The records, new ones each time.
     *
     * @param arguments the arguments
     * @return the result
     */
    public Result<R> fetch(@Nullable Object[] arguments) {
        check(arguments);
        Found found = find(arguments);
        Result<R> result = found == null ? null : read(found);
        if (found == null || result == null) return execute(arguments);
        served(found);
        return result;
    }

    /**
     * The records, mapped once for each stored result.
     *
     * @param arguments the arguments
     * @param mapper makes immutable objects of the records
     * @param owner stands for this query with this mapper, as the same entry may be another query's, too
     * @param <E> the type of these
     * @return an immutable list, which others are handed, too
     */
    public <E> List<E> fetch(@Nullable Object[] arguments, RecordMapper<? super R, ? extends E> mapper, Object owner) {
        check(arguments);
        Found found = find(arguments);
        List<E> rows = found == null ? null : mapped(found, mapper, owner);
        return rows == null ? map(execute(arguments), mapper) : rows;
    }

    @SuppressWarnings("unchecked")
    private <E> @Nullable List<E> mapped(Found found, RecordMapper<? super R, ? extends E> mapper, Object owner) {
        List<?> kept = found.result.mappings().of(owner);
        if (kept != null) {
            served(found);
            return (List<E>) kept;
        }
        Result<R> result = read(found);
        if (result == null) return null;
        served(found);
        List<E> rows = map(result, mapper);
        // Unless it has changed since the look at it.
        if (found.result.zone().equals(DefaultZone.id()))
            found.result.mappings().keep(owner, rows);
        return rows;
    }

    private static <R extends Record, E> List<E> map(Result<R> result, RecordMapper<? super R, ? extends E> mapper) {
        List<E> rows = new ArrayList<>(result.size());
        for (R row : result) rows.add(mapper.map(row));
        return Collections.unmodifiableList(rows);
    }

    private record Found(CachedResult result, AnalyzedStatement statement, LearnedStatement shortcut) {}

    /** A hit as the listener would find it, outside of any transaction. */
    private @Nullable Found find(@Nullable Object[] arguments) {
        LearnedStatement known = shortcut;
        if (known == null) return null;
        try {
            return find(known, arguments);
        } catch (RuntimeException | Error e) {
            engine.failed("prepared query", e);
            return null;
        }
    }

    private @Nullable Found find(LearnedStatement known, @Nullable Object[] arguments) {
        if (engine.isClosed() || hint.isRefresh()) return null;
        TrackedSource source = provider.outside();
        String place = source == null ? null : source.commonPlace();
        if (source == null || place == null) return null;
        AnalyzedStatement statement = known.statement(engine.statements(), source);
        if (statement == null || statement.castsText()) return null;
        String scope = engine.scope(hint);
        if (engine.obstacle(hint, statement, scope) != null) return null;
        Fingerprint fingerprint = known.fingerprint(place, scope, arguments);
        CachedResult result = fingerprint == null ? null : engine.get(fingerprint, Long.MAX_VALUE);
        return result == null ? null : new Found(result, statement, known);
    }

    private void served(Found found) {
        found.statement.admission().hit();
        engine.served(found.shortcut.sql(), found.statement.tables());
    }

    /** The records, or {@code null} if they cannot be read from what was recorded, or not by jOOQ: it will tell why. */
    @SuppressWarnings("unchecked")
    private @Nullable Result<R> read(Found found) {
        try (PreparedStatement none = ReplayConnection.statement(found.shortcut.sql(), provider)) {
            ReplayResultSet rows = new ReplayResultSet(found.result, 0, none, () -> {
                giveUp();
                throw new SQLException("not recorded");
            });
            rows.readByJooq();
            Result<R> result = (Result<R>) found.shortcut.shaped(dsl.fetch(rows, found.shortcut.fields()));
            if (dsl.settings().isAttachRecords()) result.attach(dsl.configuration());
            return result;
        } catch (SQLException | RuntimeException e) {
            // A listener of failures was told, and is told again by jOOQ: once is enough.
            giveUp();
            return null;
        }
    }

    private Result<R> execute(@Nullable Object[] arguments) {
        ResultQuery<R> query = query(arguments);
        if (!learns) return query.fetch();
        try (ExecutionProbe watch = new ExecutionProbe(engine)) {
            Result<R> result = query.fetch();
            Seen seen = watch.seen();
            if (seen != null) learn(seen, query, result, arguments);
            return result;
        }
    }

    private void learn(Seen seen, ResultQuery<R> query, Result<R> result, @Nullable Object[] arguments) {
        try {
            if (shortcut != null) {
                learnMore(seen, result, arguments);
            } else if (learns && dsl.render(query).equals(seen.fingerprint().sql())) {
                LearnedStatement first = LearnedStatement.of(seen, made(dsl, making), result, parameters, arguments);
                // This calls user-defined converters, which may wait for another thread, so no lock is held.
                if (first != null && isSame(first, result, arguments)) begin(first);
            }
        } catch (RuntimeException | Error e) {
            engine.failed("prepared query", e);
            giveUp();
        }
    }

    private synchronized void begin(LearnedStatement first) {
        if (learns && shortcut == null) shortcut = first;
    }

    private synchronized void learnMore(Seen seen, Result<R> result, @Nullable Object[] arguments) {
        LearnedStatement known = shortcut;
        if (known == null) return;
        LearnedStatement more = known.and(seen, result, arguments);
        if (more == null) giveUp();
        else shortcut = more;
    }

    /** Returns whether what was just stored, or served, reads the same by the short cut. */
    private boolean isSame(LearnedStatement first, Result<R> result, @Nullable Object[] arguments) {
        Found found = find(first, arguments);
        Result<R> read = found == null ? null : read(found);
        return read != null
                && read.equals(result)
                && read.get(0).getClass() == result.get(0).getClass()
                && Arrays.equals(read.fields(), result.fields());
    }

    private synchronized void giveUp() {
        learns = false;
        shortcut = null;
    }

    @Override
    public String toString() {
        return "prepared query of " + parameters;
    }
}
