package dev.jooqcache;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.exception.NoDataFoundException;
import org.jooq.exception.TooManyRowsException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CachedQuery} whose rows are mapped to immutable objects; see {@link CachedQuery#map}.
 *
 * <p>The rows of a cached result are mapped once, and all callers are given the same objects. Thread-safe.
 *
 * @param <E> the type of the rows
 */
public final class MappedQuery<E> {

    private final Mapping<?, E> query;

    <R extends Record> MappedQuery(CachedQuery<R> query, RecordMapper<? super R, ? extends E> mapper) {
        this.query = new Mapping<>(query, mapper);
    }

    private record Mapping<R extends Record, E>(CachedQuery<R> query, RecordMapper<? super R, ? extends E> mapper) {

        List<E> fetch(@Nullable Object[] arguments) {
            return query.prepared().fetch(arguments, mapper, this);
        }

        MappedQuery<E> using(DSLContext dsl) {
            return query.using(dsl).map(mapper);
        }
    }

    /**
     * Runs the query on another context; see {@link CachedQuery#using}.
     *
     * @param dsl a context on a derived configuration
     * @return the query on that context, to be used no longer than the context
     * @throws IllegalArgumentException if the context does not use the cache
     */
    public MappedQuery<E> using(DSLContext dsl) {
        return query.using(dsl);
    }

    /**
     * Fetches all rows.
     *
     * @param arguments one for each of {@link CachedQuery#parameters}
     * @return an immutable list of shared objects; may be empty
     * @throws IllegalArgumentException if the arguments do not match the parameters
     */
    public List<E> fetch(@Nullable Object... arguments) {
        return query.fetch(arguments);
    }

    /**
     * Fetches at most one row.
     *
     * @param arguments one for each of {@link CachedQuery#parameters}
     * @return a shared object, or {@code null} if there is no row
     * @throws IllegalArgumentException if the arguments do not match the parameters
     * @throws TooManyRowsException if there is more than one row
     */
    public @Nullable E fetchOne(@Nullable Object... arguments) {
        return CachedQuery.one(fetch(arguments));
    }

    /**
     * Fetches exactly one row.
     *
     * @param arguments one for each of {@link CachedQuery#parameters}
     * @return a shared object
     * @throws IllegalArgumentException if the arguments do not match the parameters
     * @throws NoDataFoundException if there is no row
     * @throws TooManyRowsException if there is more than one row
     */
    public E fetchSingle(@Nullable Object... arguments) {
        return CachedQuery.single(fetch(arguments));
    }

    /**
     * Fetches at most one row.
     *
     * @param arguments one for each of {@link CachedQuery#parameters}
     * @return a shared object, or an empty {@code Optional} if there is no row
     * @throws IllegalArgumentException if the arguments do not match the parameters
     * @throws TooManyRowsException if there is more than one row
     */
    public Optional<E> fetchOptional(@Nullable Object... arguments) {
        return Optional.ofNullable(fetchOne(arguments));
    }

    @Override
    public String toString() {
        return Objects.toString(query.query());
    }
}
