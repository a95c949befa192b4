package dev.jooqcache.internal.prepared;

import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.analysis.Statements;
import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.internal.key.BoundValue;
import dev.jooqcache.internal.key.Conversion;
import dev.jooqcache.internal.read.ExecutionProbe.Seen;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.spi.Fingerprint;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jooq.Configuration;
import org.jooq.Converter;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.TableRecord;
import org.jspecify.annotations.Nullable;

/**
 * How a query is asked for without jOOQ, learnt from an execution by jOOQ: the text, and which argument is bound where.
 *
 * <p>The text must not depend on the arguments. That cannot be seen in one execution: an argument may be inlined, or tell
 * how something is rendered. So an argument is bound only if it was seen as a bind value, and the text was the same when it
 * had another value, or if the very value of then is sent again. NULL is never. Thread-safe.
 */
final class LearnedStatement {

    /** What is sent for a value of these is told by the value alone. */
    private static final Set<Class<?>> TYPES = Set.of(
            Integer.class,
            Long.class,
            Short.class,
            Byte.class,
            Boolean.class,
            String.class,
            BigDecimal.class,
            BigInteger.class,
            Float.class,
            Double.class,
            UUID.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetTime.class,
            OffsetDateTime.class);

    private final Fingerprint learnt;
    private final List<Slot> slots;
    private final Field<?>[] fields;
    private final @Nullable Table<?> table;
    private final Configuration configuration;
    private final boolean[] varied;
    private final Statements.Last last = new Statements.Last();

    private LearnedStatement(
            Fingerprint learnt,
            List<Slot> slots,
            Field<?>[] fields,
            @Nullable Table<?> table,
            Configuration configuration,
            boolean[] varied) {
        this.learnt = learnt;
        this.slots = slots;
        this.fields = fields;
        this.table = table;
        this.configuration = configuration;
        this.varied = varied;
    }

    /**
     * A bind value.
     *
     * @param argument the index of the argument that is bound there, or -1 if it is always the same
     * @param converter makes of it what is sent
     */
    private record Slot(int argument, Converter<?, ?> converter) {}

    /**
     * Learns from the first execution.
     *
     * @param query the query, not executed
     * @param parameters the names of the parameters
     * @param arguments their values
     * @return a short cut, or {@code null} if this execution tells of none
     */
    static @Nullable LearnedStatement of(
            Seen seen, ResultQuery<?> query, Result<?> result, List<String> parameters, Object[] arguments) {
        if (Arrays.asList(arguments).contains(null)) return null;
        List<Slot> slots = slots(seen.params(), parameters);
        Field<?>[] fields = result.fields();
        if (slots == null || fields.length == 0) return null;
        // The columns that only the database tells may be others after a change of the schema.
        if (query.fields().length != fields.length) return null;
        for (Field<?> field : fields) if (BoundValue.isUsersOwn(field.getDataType())) return null;
        // Without a record it is not known of which class they are.
        if (result.isEmpty()) return null;
        Record record = result.get(0);
        Table<?> table = record instanceof TableRecord<?> of ? of.getTable() : null;
        if (table == null && !record.getClass().getName().startsWith("org.jooq.impl.RecordImpl")) return null;
        LearnedStatement learnt = new LearnedStatement(
                seen.fingerprint(), slots, fields, table, configuration(query), new boolean[arguments.length]);
        return learnt.and(seen, result, arguments);
    }

    private static Configuration configuration(ResultQuery<?> query) {
        return Objects.requireNonNull(query.configuration());
    }

    private static @Nullable List<Slot> slots(List<? extends Param<?>> params, List<String> parameters) {
        List<Slot> slots = new ArrayList<>();
        boolean[] bound = new boolean[parameters.size()];
        for (Param<?> param : params) {
            if (BoundValue.isUsersOwn(param.getDataType())) return null;
            Converter<?, ?> converter = param.getBinding().converter();
            int argument = param.getParamName() == null ? -1 : parameters.indexOf(param.getParamName());
            if (argument >= 0) {
                if (!TYPES.contains(converter.fromType())) return null;
                bound[argument] = true;
            }
            slots.add(new Slot(argument, converter));
        }
        for (boolean each : bound) if (!each) return null;
        return List.copyOf(slots);
    }

    /** Learns from another execution: {@code null} if it shows that there is no short cut. */
    @Nullable
    LearnedStatement and(Seen seen, Result<?> result, Object[] arguments) {
        Fingerprint other = seen.fingerprint();
        boolean same = other.sql().equals(learnt.sql())
                && other.shape().equals(learnt.shape())
                && other.bindTypes().equals(learnt.bindTypes())
                // An expression of an argument is a column of another name each time.
                && Arrays.equals(result.fields(), fields)
                && seen.params().size() == slots.size();
        for (int i = 0; same && i < slots.size(); i++) same = Objects.equals(other.bind(i), bind(i, arguments));
        if (!same) return null;
        boolean[] now = varied.clone();
        for (int i = 0; i < slots.size(); i++) {
            int argument = slots.get(i).argument();
            if (argument >= 0) now[argument] |= !Objects.equals(other.bind(i), learnt.bind(i));
        }
        return Arrays.equals(now, varied)
                ? this
                : new LearnedStatement(learnt, slots, fields, table, configuration, now);
    }

    /** What jOOQ would ask the cache for; {@code null} if the text is not known for these arguments. */
    @Nullable
    Fingerprint fingerprint(String dataSource, String scope, @Nullable Object[] arguments) {
        for (Object argument : arguments) if (argument == null) return null;
        @Nullable Object[] binds = new Object[slots.size()];
        for (int i = 0; i < binds.length; i++) {
            binds[i] = bind(i, arguments);
            int argument = slots.get(i).argument();
            if (argument >= 0 && !varied[argument] && !Objects.equals(binds[i], learnt.bind(i))) return null;
        }
        return new Fingerprint(
                dataSource, learnt.dialect(), learnt.sql(), scope, learnt.shape(), learnt.bindTypes(), binds);
    }

    private @Nullable Object bind(int index, @Nullable Object[] arguments) {
        Slot slot = slots.get(index);
        return slot.argument() < 0
                ? learnt.bind(index)
                : Values.canonical(Conversion.sent(slot.converter(), arguments[slot.argument()], configuration));
    }

    String sql() {
        return learnt.sql();
    }

    /** What is known of the text, or {@code null} if that is to be found out anew. */
    @Nullable
    AnalyzedStatement statement(Statements statements, TrackedSource dataSource) {
        return statements.known(dataSource, sql(), last);
    }

    Field<?>[] fields() {
        return fields;
    }

    /** The records as the query answers them, made of plain ones. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Result<? extends Record> shaped(Result<? extends Record> plain) {
        return table == null ? plain : plain.into((Table) table);
    }
}
