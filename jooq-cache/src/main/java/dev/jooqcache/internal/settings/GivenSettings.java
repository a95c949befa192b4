package dev.jooqcache.internal.settings;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The settings that a builder was given, each at most once. Each error names the setting, the rule and the value. Not thread-safe. */
public final class GivenSettings {

    /** Each as it is shown in a message. */
    private final Map<String, String> values = new HashMap<>();

    /**
     * Notes a setting.
     *
     * @param setting its name
     * @param value its value, as it is shown in messages
     * @throws NullPointerException if the value is {@code null}
     * @throws IllegalStateException if it was already set
     */
    public void set(String setting, Object value) {
        String first = values.putIfAbsent(setting, String.valueOf(Objects.requireNonNull(value, setting)));
        if (first != null) throw new IllegalStateException(setting + " was already set to " + first);
    }

    /**
     * Notes a number.
     *
     * @throws IllegalArgumentException if it is less than {@code least}
     * @throws IllegalStateException if it was already set
     */
    public void setAtLeast(String setting, long least, long value) {
        if (value < least) throw new IllegalArgumentException(setting + " must be >= " + least + ": " + value);
        set(setting, value);
    }

    /**
     * Notes a duration.
     *
     * @throws IllegalArgumentException if it is not positive
     * @throws IllegalStateException if it was already set
     */
    public void setPositive(String setting, Duration value) {
        requirePositive(setting, value);
        set(setting, value);
    }

    /**
     * Returns the value of a setting.
     *
     * @return the value, as it is shown in messages, or {@code null} if it was not set
     */
    public @Nullable String get(String setting) {
        return values.get(setting);
    }

    /**
     * Checks a duration.
     *
     * @throws NullPointerException if it is {@code null}
     * @throws IllegalArgumentException if it is not positive
     */
    public static void requirePositive(String setting, Duration value) {
        Objects.requireNonNull(value, setting);
        if (value.isNegative() || value.isZero())
            throw new IllegalArgumentException(setting + " must be positive: " + value);
    }
}
