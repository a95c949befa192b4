package dev.jooqcache.sample;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A measurement for each operation. Not thread-safe. */
final class Measurements {

    static final List<Operation> OPERATIONS = operations();

    private final Map<Operation, Measurement> byOperation = new LinkedHashMap<>();

    private static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        Collections.addAll(operations, Read.values());
        Collections.addAll(operations, Write.values());
        return List.copyOf(operations);
    }

    Measurement of(Operation operation) {
        return byOperation.computeIfAbsent(operation, first -> new Measurement());
    }

    void add(Measurements other) {
        other.byOperation.forEach((operation, measurement) -> of(operation).add(measurement));
    }

    /** All of the given operations together. */
    Measurement sum(Collection<? extends Operation> operations) {
        Measurement sum = new Measurement();
        operations.forEach(operation -> sum.add(of(operation)));
        return sum;
    }
}
