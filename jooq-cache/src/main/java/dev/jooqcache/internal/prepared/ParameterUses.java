package dev.jooqcache.internal.prepared;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jooq.Configuration;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.VisitListenerProvider;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.CustomField;
import org.jooq.impl.CustomQueryPart;
import org.jooq.impl.CustomTable;

/** What a prepared query is made of, as far as it matters to its text. */
final class ParameterUses implements VisitListener {

    private final Map<String, Set<Param<?>>> params = new HashMap<>();
    private boolean inCustom;
    private int depth;

    private ParameterUses() {}

    /** Looks at all parts that are rendered. */
    static ParameterUses of(Query query, Configuration configuration) {
        ParameterUses parts = new ParameterUses();
        configuration.derive().set((VisitListenerProvider) () -> parts).dsl().render(query);
        return parts;
    }

    @Override
    public void visitStart(VisitContext context) {
        QueryPart part = context.queryPart();
        if (isCustom(part)) depth++;
        if (!(part instanceof Param<?> param) || param.getParamName() == null) return;
        // What it renders may depend on the argument in a way that shows for some values only.
        inCustom |= depth > 0;
        params.computeIfAbsent(param.getParamName(), name -> Collections.newSetFromMap(new IdentityHashMap<>()))
                .add(param);
    }

    @Override
    public void visitEnd(VisitContext context) {
        if (isCustom(context.queryPart())) depth--;
    }

    private static boolean isCustom(QueryPart part) {
        return part instanceof CustomField
                || part instanceof CustomCondition
                || part instanceof CustomQueryPart
                || part instanceof CustomTable;
    }

    /** Returns whether a parameter is in a custom query part, which jOOQ does not render itself. */
    boolean isInCustom() {
        return inCustom;
    }

    /** Returns whether the other query has the very parameter: of several of one name any. */
    boolean shares(String name, ParameterUses other) {
        return !Collections.disjoint(params.getOrDefault(name, Set.of()), other.params.getOrDefault(name, Set.of()));
    }
}
