package dev.jooqcache.internal.key;

import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.dependency.BindValues;
import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.spi.Fingerprint;
import java.util.List;
import org.jooq.Configuration;
import org.jooq.Param;
import org.jooq.ResultQuery;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** Makes the {@link Fingerprint} of an execution. */
public final class Fingerprints {

    /** Marks an execution that did not fetch warnings: its result must not be served to one that does. */
    private static final String UNASKED = ";warnings";

    private Fingerprints() {}

    /**
     * The fingerprint, with bind values as their converters hand them to JDBC.
     *
     * @throws Values.UnknownValueException if a bind value cannot be represented exactly
     */
    public static Key of(
            AnalyzedStatement statement,
            String dataSource,
            String dialect,
            String scope,
            ResultQuery<?> query,
            List<? extends Param<?>> params,
            Configuration configuration) {
        @Nullable Object[] binds = new Object[params.size()];
        boolean inOrder = JooqInternals.knowsParams();
        for (int i = 0; i < binds.length; i++) {
            Param<?> param = params.get(i);
            inOrder &= !BoundValue.isUsersOwn(param.getDataType());
            binds[i] = bound(param, statement, configuration);
        }
        List<String> types = statement.bindTypes().of(params).names();
        String shape = shape(statement, query, configuration.settings());
        return new Key(new Fingerprint(dataSource, dialect, statement.sql(), scope, shape, types, binds), inOrder);
    }

    private static @Nullable Object bound(Param<?> param, AnalyzedStatement statement, Configuration configuration) {
        if (BoundValue.isUsersOwn(param.getDataType()))
            return BoundValue.of(param, configuration, argument -> refuseMovingDate(argument, statement));
        Object value = Conversion.sent(param.getBinding().converter(), param.getValue(), configuration);
        refuseMovingDate(value, statement);
        return Values.canonical(value);
    }

    private static void refuseMovingDate(@Nullable Object value, AnalyzedStatement statement) {
        if (statement.isMovingDate(value)) throw new MovingDateException();
    }

    /** What tells by which getters jOOQ will read the columns: their types and bindings, and the settings these look at. */
    private static String shape(AnalyzedStatement statement, ResultQuery<?> query, Settings settings) {
        String types = statement.columnTypes().of(JooqInternals.columns(query)).text();
        boolean dateTimes = Boolean.TRUE.equals(settings.isBindOffsetDateTimeType());
        boolean times = Boolean.TRUE.equals(settings.isBindOffsetTimeType());
        String read = dateTimes || times ? types + ";" + dateTimes + ";" + times : types;
        return Boolean.FALSE.equals(settings.isFetchWarnings()) ? read + UNASKED : read;
    }

    /**
     * What an execution asks for.
     *
     * @param fingerprint which query it is
     * @param inOrder whether there is one bind value for each marker of the text; a binding of the user's may render more
     *     markers, or none
     */
    public record Key(Fingerprint fingerprint, boolean inOrder) {

        /** Its bind values, by the markers of the text. */
        public BindValues binds() {
            return inOrder ? fingerprint::bind : BindValues.NONE;
        }
    }

    /** Says that a bind value is the text of a date that moves. */
    public static final class MovingDateException extends DataAccessException {
        private static final long serialVersionUID = 1L;

        MovingDateException() {
            super("moving date");
        }
    }
}
