package own;

import org.jooq.codegen.DefaultGeneratorStrategy;
import org.jooq.meta.Definition;
import org.jooq.meta.TableDefinition;

/** A strategy with names of its own. */
public class OwnStrategy extends DefaultGeneratorStrategy {

    /** Makes a strategy. */
    public OwnStrategy() {}

    @Override
    public String getJavaIdentifier(Definition definition) {
        return (definition instanceof TableDefinition ? "OWN_" : "") + super.getJavaIdentifier(definition);
    }

    @Override
    public String getJavaClassName(Definition definition, Mode mode) {
        return (definition instanceof TableDefinition ? "Own" : "") + super.getJavaClassName(definition, mode);
    }
}
