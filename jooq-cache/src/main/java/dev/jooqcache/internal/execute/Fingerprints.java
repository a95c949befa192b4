package dev.jooqcache.internal.execute;

import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jooq.Binding;
import org.jooq.Configuration;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** Makes the {@link Fingerprint} of an execution. */
final class Fingerprints {

    private Fingerprints() {}

    /**
     * The fingerprint, with bind values as their converters hand them to JDBC.
     *
     * @throws Values.UnknownValueException if a bind value cannot be represented exactly
     */
    static Fingerprint of(
            AnalyzedStatement statement,
            String dataSource,
            String dialect,
            String scope,
            ResultQuery<?> query,
            List<? extends Param<?>> params,
            Configuration configuration) {
        @Nullable Object[] binds = new Object[params.size()];
        List<String> types = new ArrayList<>(params.size());
        for (int i = 0; i < binds.length; i++) {
            Param<?> param = params.get(i);
            binds[i] = bound(param, statement, configuration);
            types.add(type(param.getDataType()));
        }
        return new Fingerprint(dataSource, dialect, statement.sql(), scope, shape(query), types, binds);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Object bound(Param<?> param, AnalyzedStatement statement, Configuration configuration) {
        if (SentValue.isUsersOwn(param.getDataType()))
            return SentValue.of(param, configuration, argument -> refuseMovingDate(argument, statement));
        Converter converter = param.getBinding().converter();
        Object value = converter.to(param.getValue());
        refuseMovingDate(value, statement);
        return Values.canonical(value);
    }

    private static void refuseMovingDate(@Nullable Object value, AnalyzedStatement statement) {
        if (statement.isMovingDate(value)) throw new MovingDateException();
    }

    /** How the columns will be read: the getters depend on each column's type and binding. */
    private static String shape(ResultQuery<?> query) {
        Field<?>[] fields = query.fields();
        StringJoiner shape = new StringJoiner(",");
        for (Field<?> field : fields) shape.add(type(field.getDataType()));
        return shape.toString();
    }

    private static String type(DataType<?> type) {
        Binding<?, ?> binding = type.getBinding();
        String fromType = binding.converter().fromType().getName();
        String name = type.getTypeName();
        String bindingName = binding.getClass().getName();
        return bindingName.startsWith("org.jooq.impl.")
                ? name + ":" + fromType
                : name + ":" + fromType + ":" + bindingName;
    }

    /** Says that a bind value is the text of a date that moves. */
    static final class MovingDateException extends DataAccessException {
        private static final long serialVersionUID = 1L;

        MovingDateException() {
            super("moving date");
        }
    }
}
