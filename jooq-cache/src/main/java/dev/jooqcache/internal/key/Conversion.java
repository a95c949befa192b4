package dev.jooqcache.internal.key;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.Configuration;
import org.jooq.ContextConverter;
import org.jooq.Converter;
import org.jooq.ConverterContext;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Where a value is converted. A converter may send another value for each configuration, so it must be told which it is. */
public final class Conversion implements ConverterContext {

    private static final Class<?> IDENTITY = SQLDataType.INTEGER.getConverter().getClass();

    private final Configuration configuration;
    private final Map<Object, Object> data = new ConcurrentHashMap<>();

    private Conversion(Configuration configuration) {
        this.configuration = configuration;
    }

    /** What is sent for a value. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static @Nullable Object sent(
            Converter<?, ?> converter, @Nullable Object value, Configuration configuration) {
        return converter instanceof ContextConverter contextual && converter.getClass() != IDENTITY
                ? contextual.to(value, new Conversion(configuration))
                : ((Converter) converter).to(value);
    }

    @Override
    public Instant creationTime() {
        // What it makes of the time will be another value when it is sent.
        throw new Fingerprints.MovingDateException();
    }

    @Override
    public Configuration configuration() {
        return configuration;
    }

    @Override
    public DSLContext dsl() {
        return configuration.dsl();
    }

    @Override
    public Settings settings() {
        return configuration.settings();
    }

    @Override
    public SQLDialect dialect() {
        return configuration.dialect();
    }

    @Override
    public SQLDialect family() {
        return configuration.family();
    }

    @Override
    public Map<Object, Object> data() {
        return data;
    }

    @Override
    public @Nullable Object data(Object key) {
        return data.get(key);
    }

    @Override
    public @Nullable Object data(Object key, Object value) {
        return data.put(key, value);
    }
}
