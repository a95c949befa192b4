package dev.jooqcache;

import dev.jooqcache.internal.prepared.PreparedQuery;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.Result;
import org.jooq.exception.NoDataFoundException;
import org.jooq.exception.TooManyRowsException;
import org.jspecify.annotations.Nullable;

/**
 * A prepared query with parameters. A hit skips jOOQ's building and rendering and JDBC, which take most of the time of other hits.
 *
 * <pre>{@code
 * MappedQuery<Film> filmById = cache.prepare(dsl, d -> d.select(FILM.ID, FILM.TITLE)
 *                 .from(FILM)
 *                 .where(FILM.ID.eq(param("id", FILM.ID))))
 *         .map(Records.mapping(Film::new));
 *
 * Film film = filmById.fetchOne(5);
 * }</pre>
 *
 * <p>The guarantee, the cached results and the statistics are those of the same query executed by jOOQ. jOOQ executes the query
 * if the result is not cached, and within a transaction, to whose context {@link #using} binds the query.
 *
 * <p>The SQL is learned from the first executions, which are jOOQ's. jOOQ executes the query always
 *
 * <ul>
 *   <li>if the SQL depends on an argument, or an argument is {@code null};
 *   <li>if a parameter has a custom binding, or is sent as something other than a number, string, boolean, UUID or object of
 *       {@code java.time} (converters do not matter);
 *   <li>if only the database knows its columns ({@code select *} from a table without a generated class), or their names depend
 *       on an argument;
 *   <li>if a parameter is part of a custom query part ({@code CustomField}, for instance), whose SQL may depend on it;
 *   <li>if the configuration has a {@code VisitListener}, a {@code RecordListener}, an {@code ExecuteListener} that receives
 *       other events than failures, or a custom provider, so that every listener sees every execution.
 * </ul>
 *
 * <p>The function that builds the query must build the same query each time. Everything that varies, such as the time or the
 * tenant, must be a parameter; a value that the function reads elsewhere stays what it was at first.
 *
 * <p>Arguments are given in the order of {@link #parameters} and must be of the parameters' types. A single {@code null} is given
 * as {@code (Object) null}. Failures are jOOQ's {@code DataAccessException}s. Thread-safe; meant to be kept as long as the
 * cache.
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

    PreparedQuery<R> prepared() {
        return prepared;
    }

    /**
     * Runs the query on another context: that of a transaction, or one with hints. jOOQ executes the query there, and its
     * results are cached as those of any query.
     *
     * @param dsl a context on a derived configuration
     * @return the query on that context, to be used no longer than the context
     * @throws IllegalArgumentException if the context does not use the cache
     */
    public CachedQuery<R> using(DSLContext dsl) {
        cache.requireRegistered(dsl);
        return new CachedQuery<>(cache, prepared.on(dsl.configuration()));
    }

    /**
     * Maps the rows to immutable objects. The rows of a cached result are mapped once, and all callers are given the same
     * objects. If the result store is not on the heap, each hit maps the rows anew.
     *
     * @param mapper maps a record to an immutable object, for instance {@code Records.mapping(Film::new)}; the result may depend on
     *     nothing but the record
     * @param <E> the type of the objects
     * @return the mapped query
     */
    public <E> MappedQuery<E> map(RecordMapper<? super R, ? extends E> mapper) {
        return new MappedQuery<>(this, Objects.requireNonNull(mapper, "mapper"));
    }

    /**
     * Maps the rows to immutable objects as {@code Record.into(Class)} does; see {@link #map}.
     *
     * @param type an immutable class, for instance a Java record
     * @param <E> the type of the objects
     * @return the mapped query
     */
    public <E> MappedQuery<E> into(Class<? extends E> type) {
        Objects.requireNonNull(type, "type");
        return map(row -> row.into(type));
    }

    /**
     * The names of the parameters, in the order in which they first occur in the query.
     *
     * @return an immutable list
     */
    public List<String> parameters() {
        return prepared.parameters();
    }

    /**
     * Fetches all records. Each caller is given new records, attached as jOOQ's are.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the result; may be empty
     * @throws IllegalArgumentException if the arguments do not match the parameters
     */
    public Result<R> fetch(@Nullable Object... arguments) {
        return prepared.fetch(arguments);
    }

    /**
     * Fetches at most one record.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the record, or {@code null} if there is none
     * @throws IllegalArgumentException if the arguments do not match the parameters
     * @throws TooManyRowsException if there is more than one record
     */
    public @Nullable R fetchOne(@Nullable Object... arguments) {
        return one(fetch(arguments));
    }

    /**
     * Fetches exactly one record.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the record
     * @throws IllegalArgumentException if the arguments do not match the parameters
     * @throws NoDataFoundException if there is no record
     * @throws TooManyRowsException if there is more than one record
     */
    public R fetchSingle(@Nullable Object... arguments) {
        return single(fetch(arguments));
    }

    /**
     * Fetches at most one record.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the record, or an empty {@code Optional} if there is none
     * @throws IllegalArgumentException if the arguments do not match the parameters
     * @throws TooManyRowsException if there is more than one record
     */
    public Optional<R> fetchOptional(@Nullable Object... arguments) {
        return Optional.ofNullable(fetchOne(arguments));
    }

    /**
     * Explains the cache's decision on an execution; see {@link QueryCache#explain}.
     *
     * @param arguments one for each of {@link #parameters}
     * @return the decision
     * @throws IllegalArgumentException if the arguments do not match the parameters
     */
    public CacheDecision explain(@Nullable Object... arguments) {
        return cache.explain(prepared.query(arguments));
    }

    @Override
    public String toString() {
        return prepared.toString();
    }

    static <E> @Nullable E one(List<E> rows) {
        if (rows.size() > 1) throw tooMany(rows);
        return rows.isEmpty() ? null : rows.get(0);
    }

    private static TooManyRowsException tooMany(List<?> rows) {
        return new TooManyRowsException("the query has " + rows.size() + " rows");
    }

    static <E> E single(List<E> rows) {
        if (rows.isEmpty()) throw new NoDataFoundException("the query has no row");
        if (rows.size() > 1) throw tooMany(rows);
        return rows.get(0);
    }
}
