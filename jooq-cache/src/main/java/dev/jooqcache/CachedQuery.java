package dev.jooqcache;

import dev.jooqcache.internal.prepared.PreparedQuery;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.Result;
import org.jooq.exception.NoDataFoundException;
import org.jooq.exception.TooManyRowsException;
import org.jspecify.annotations.Nullable;

/**
 * A query with parameters that is made once and executed with different arguments: a hit skips jOOQ's building, rendering
 * and JDBC, which are most of the time of any other hit.
 *
 * <pre>{@code
 * CachedQuery.Mapped<Film> filmById = cache.prepare(dsl, d -> d.select(FILM.ID, FILM.TITLE)
 *                 .from(FILM)
 *                 .where(FILM.ID.eq(param("id", FILM.ID))))
 *         .mapping(Records.mapping(Film::new));
 *
 * Film film = filmById.fetchOne(5);
 * }</pre>
 *
 * <p>Everything else is as ever: the same protocol decides what may be served, the same entries are shared with the query
 * if it is executed without this handle, and the same statistics count it. What is no such hit is executed by jOOQ: misses,
 * what is not cached, and anything within a transaction, to whose context the handle is taken by {@link #using}.
 *
 * <p>The handle learns the SQL from the first executions, which are jOOQ's. It goes on leaving a query to jOOQ
 *
 * <ul>
 *   <li>if the SQL turns out to depend on an argument, or an argument is {@code null};
 *   <li>if a parameter has a binding of the user's, or is sent as something else than a number, string, boolean, UUID or
 *       object of {@code java.time} (converters do not matter);
 *   <li>if only the database tells its columns ({@code select *} from a table that jOOQ has no class of), or their names
 *       depend on an argument;
 *   <li>if a parameter stands in a part of the user's own ({@code CustomField} and its like), whose SQL may depend on it;
 *   <li>if the configuration has a {@code VisitListener}, a {@code RecordListener}, an {@code ExecuteListener} that is told
 *       of more than failures, or a provider of the user's own: so nobody misses an execution that he follows.
 * </ul>
 *
 * <p>Whatever is not a parameter stays as it was at first. A function that reads the time, a tenant or anything else that
 * varies, in place of taking a parameter, breaks its promise to make the same query each time, and gets the results of the
 * first one.
 *
 * <p>Arguments are given in the order in which {@link #parameters} names them, {@code null} as {@code (Object) null}, and
 * must be of the parameters' types. Errors are those of jOOQ's {@code DataAccessException}. Thread-safe; to be kept as long
 * as the cache.
 *
 * @param <R> the type of the records
 */
public final class CachedQuery<R extends Record> {

    private final QueryCache cache;
    private final PreparedQuery<R> prepared;

    CachedQuery(QueryCache cache, PreparedQuery<R> prepared) {
        this.cache = cache;
        this.prepared = prepared;
    }

    /**
     * The same query on another context: that of a transaction, or one with hints. It is executed by jOOQ, cached as any
     * query, without the short way of this handle.
     *
     * @param dsl a context on a derived configuration
     * @return a handle for as long as the context
     */
    public CachedQuery<R> using(DSLContext dsl) {
        return new CachedQuery<>(cache, prepared.on(dsl.configuration()));
    }

    /**
     * The query, whose results are mapped to immutable objects. That is done once for each stored result, and all readers
     * are handed the same objects; stores that are not on the heap make a hit map anew.
     *
     * @param mapper makes an immutable object of a record, for instance {@code Records.mapping(Film::new)}; of the record
     *     alone, so that it does not matter who calls it when
     * @param <E> the type of these
     * @return a handle
     */
    public <E> Mapped<E> mapping(RecordMapper<? super R, ? extends E> mapper) {
        return new Mapped<>(this, mapper);
    }

    /**
     * The query, whose results are mapped to immutable objects as by {@code Record.into(Class)}. See {@link #mapping}.
     *
     * @param type an immutable class, best a Java record
     * @param <E> the type
     * @return a handle
     */
    public <E> Mapped<E> into(Class<? extends E> type) {
        return mapping(row -> row.into(type));
    }

    /**
     * The names of the parameters.
     *
     * @return an immutable list, in the order in which the query has them first
     */
    public List<String> parameters() {
        return prepared.parameters();
    }

    /**
     * The records: new ones for each caller, attached as jOOQ's are.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the result, perhaps empty
     * @throws IllegalArgumentException if these are not arguments of this query
     */
    public Result<R> fetch(@Nullable Object... arguments) {
        return prepared.fetch(arguments);
    }

    /**
     * The only record.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the record, or {@code null} if there is none
     * @throws IllegalArgumentException if these are not arguments of this query
     * @throws TooManyRowsException if there is more than one
     */
    public @Nullable R fetchOne(@Nullable Object... arguments) {
        return one(fetch(arguments));
    }

    /**
     * The only record.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the record
     * @throws IllegalArgumentException if these are not arguments of this query
     * @throws NoDataFoundException if there is none
     * @throws TooManyRowsException if there is more than one
     */
    public R fetchSingle(@Nullable Object... arguments) {
        return single(fetch(arguments));
    }

    /**
     * The only record.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the record, if there is one
     * @throws IllegalArgumentException if these are not arguments of this query
     * @throws TooManyRowsException if there is more than one
     */
    public Optional<R> fetchOptional(@Nullable Object... arguments) {
        return Optional.ofNullable(fetchOne(arguments));
    }

    /**
     * What the cache would do with an execution. Does not execute it; may ask the database's catalog.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the decision
     * @throws IllegalArgumentException if these are not arguments of this query
     */
    public CacheDecision explain(@Nullable Object... arguments) {
        return cache.explain(prepared.query(arguments));
    }

    @Override
    public String toString() {
        return prepared.toString();
    }

    private static <E> @Nullable E one(List<E> rows) {
        if (rows.size() > 1) throw tooMany(rows);
        return rows.isEmpty() ? null : rows.get(0);
    }

    private static TooManyRowsException tooMany(List<?> rows) {
        return new TooManyRowsException("the query has " + rows.size() + " rows");
    }

    private static <E> E single(List<E> rows) {
        if (rows.isEmpty()) throw new NoDataFoundException("the query has no row");
        if (rows.size() > 1) throw tooMany(rows);
        return rows.get(0);
    }

    /**
     * A {@link CachedQuery} whose rows are immutable objects, shared by all readers. Thread-safe.
     *
     * @param <E> the type of the rows
     */
    public static final class Mapped<E> {

        private final Query<?, E> query;

        private <R extends Record> Mapped(CachedQuery<R> query, RecordMapper<? super R, ? extends E> mapper) {
            this.query = new Query<>(query, mapper);
        }

        private record Query<R extends Record, E>(CachedQuery<R> of, RecordMapper<? super R, ? extends E> mapper) {
            List<E> fetch(@Nullable Object[] arguments) {
                return of.prepared.fetch(arguments, mapper, this);
            }

            Mapped<E> using(DSLContext dsl) {
                return of.using(dsl).mapping(mapper);
            }
        }

        /**
         * The same query on another context. See {@link CachedQuery#using}.
         *
         * @param dsl a context on a derived configuration
         * @return a handle for as long as the context
         */
        public Mapped<E> using(DSLContext dsl) {
            return query.using(dsl);
        }

        /**
         * The rows.
         *
         * @param arguments one for each of {@link CachedQuery#parameters}
         * @return an immutable list of shared objects, perhaps empty
         * @throws IllegalArgumentException if these are not arguments of this query
         */
        public List<E> fetch(@Nullable Object... arguments) {
            return query.fetch(arguments);
        }

        /**
         * The only row.
         *
         * @param arguments one for each of {@link CachedQuery#parameters}
         * @return a shared object, or {@code null} if there is no row
         * @throws IllegalArgumentException if these are not arguments of this query
         * @throws TooManyRowsException if there is more than one
         */
        public @Nullable E fetchOne(@Nullable Object... arguments) {
            return one(fetch(arguments));
        }

        /**
         * The only row.
         *
         * @param arguments one for each of {@link CachedQuery#parameters}
         * @return a shared object
         * @throws IllegalArgumentException if these are not arguments of this query
         * @throws NoDataFoundException if there is no row
         * @throws TooManyRowsException if there is more than one
         */
        public E fetchSingle(@Nullable Object... arguments) {
            return single(fetch(arguments));
        }

        /**
         * The only row.
         *
         * @param arguments one for each of {@link CachedQuery#parameters}
         * @return a shared object, if there is a row
         * @throws IllegalArgumentException if these are not arguments of this query
         * @throws TooManyRowsException if there is more than one
         */
        public Optional<E> fetchOptional(@Nullable Object... arguments) {
            return Optional.ofNullable(fetchOne(arguments));
        }

        @Override
        public String toString() {
            return query.of.toString();
        }
    }
}
