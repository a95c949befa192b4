package dev.jooqcache.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * Visits every state of a model, breadth first, so that the first violation of a kind has a shortest way to it.
 *
 * <p>Visited states are kept as hashes of 128 bits: two of a hundred million are confused with a probability of 10^-23.
 */
final class Exploration {

    private final Model model;
    private final Map<Violation, List<String>> violations = new EnumMap<>(Violation.class);
    private long states;
    private long steps;

    private Exploration(Model model) {
        this.model = model;
    }

    /** Visits all states. */
    static Exploration of(Configuration configuration, Set<Defect> defects) {
        Exploration exploration = new Exploration(new Model(configuration, defects));
        if (defects.isEmpty()) exploration.visitAll();
        else exploration.visitWithWays();
        return exploration;
    }

    long states() {
        return states;
    }

    long steps() {
        return steps;
    }

    /** For each kind of violation a shortest way to one. */
    Map<Violation, List<String>> violations() {
        return violations;
    }

    private void visitAll() {
        Hashes visited = new Hashes();
        Queue<byte[]> open = new ArrayDeque<>();
        byte[] first = model.initial();
        visited.add(first);
        open.add(first);
        while (!open.isEmpty()) {
            model.steps(open.remove(), (next, actor, action, violation) -> {
                steps++;
                if (violation != null) violations.putIfAbsent(violation, List.of(model.actor(actor) + " " + action));
                else if (visited.add(next)) open.add(next);
            });
        }
        states = visited.size;
    }

    private record State(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof State state && Arrays.equals(bytes, state.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    private record Way(State before, int actor, String action) {}

    private void visitWithWays() {
        Map<State, Way> ways = new HashMap<>();
        Queue<State> open = new ArrayDeque<>();
        State first = new State(model.initial());
        ways.put(first, new Way(first, 0, ""));
        open.add(first);
        while (!open.isEmpty()) {
            State state = open.remove();
            model.steps(state.bytes, (next, actor, action, violation) -> {
                steps++;
                Way way = new Way(state, actor, action);
                if (violation != null) violations.computeIfAbsent(violation, kind -> story(ways, first, way));
                else if (ways.putIfAbsent(new State(next), way) == null) open.add(new State(next));
            });
        }
        states = ways.size();
    }

    private List<String> story(Map<State, Way> ways, State first, Way last) {
        List<String> story = new ArrayList<>();
        for (Way way = last; ; way = ways.get(way.before)) {
            story.add(model.actor(way.actor) + " " + way.action);
            if (way.before.equals(first)) break;
        }
        Collections.reverse(story);
        return story;
    }

    /** A set of hashes in one array that doubles. */
    private static final class Hashes {
        private long[] table = new long[1 << 17];
        private int size;

        boolean add(byte[] state) {
            long a = 0xcbf29ce484222325L;
            long b = 0x9e3779b97f4a7c15L;
            for (byte x : state) {
                a = (a ^ x) * 0x100000001b3L;
                b = Long.rotateLeft(b ^ (x * 0xff51afd7ed558ccdL), 23) * 0xc4ceb9fe1a85ec53L + 1;
            }
            if (!insert(table, mix(a) | 1, mix(b))) return false;
            if (++size * 4L > table.length) grow();
            return true;
        }

        private static long mix(long h) {
            long x = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
            x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
            return x ^ (x >>> 33);
        }

        private static boolean insert(long[] into, long a, long b) {
            int mask = into.length / 2 - 1;
            for (int i = (int) (b >>> 20) & mask; ; i = (i + 1) & mask) {
                if (into[2 * i] == 0) {
                    into[2 * i] = a;
                    into[2 * i + 1] = b;
                    return true;
                }
                if (into[2 * i] == a && into[2 * i + 1] == b) return false;
            }
        }

        private void grow() {
            long[] larger = new long[table.length * 2];
            for (int i = 0; i < table.length; i += 2) if (table[i] != 0) insert(larger, table[i], table[i + 1]);
            table = larger;
        }
    }
}
