package dev.jooqcache.codegen;

import org.jooq.codegen.DefaultGeneratorStrategy;
import org.jooq.meta.Definition;
import org.jooq.meta.TableDefinition;

/** A user's strategy, with names of its own. */
public class OwnStrategy extends DefaultGeneratorStrategy {

    @Override
    public String getJavaIdentifier(Definition definition) {
        return (definition instanceof TableDefinition ? "OWN_" : "") + super.getJavaIdentifier(definition);
    }

    @Override
    public String getJavaClassName(Definition definition, Mode mode) {
        return (definition instanceof TableDefinition ? "Own" : "") + super.getJavaClassName(definition, mode);
    }
}
